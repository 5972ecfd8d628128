"""The tour promises what is planted, on pages and in wards that there are."""

from mapper.app.help.tour_steps import TOURS, tour_steps
from mapper.app.shell.router import ENTRIES
from mapper.areas.load import load_study_area
from mapper.disclosure.people import in_wards
from mapper.lenses.load import list_lenses
from mapper.questions.registry import QUESTIONS


def test_every_step_leads_to_a_page_with_choices_that_there_are(demonstration):
    steps = tour_steps(demonstration.truth)
    assert {step.tour for step in steps} == set(TOURS)
    acts = {entry.file: entry.act for entry in ENTRIES}
    lenses = {lens.id for lens in list_lenses()}
    cells = load_study_area().cells
    for step in steps:
        assert acts[step.page] in {step.act, "see hot spots"}, step.title
        for name, values in step.asked.items():
            listed = [values] if isinstance(values, str) else values
            if name in {"lens", "beside"}:
                assert set(listed) <= lenses
            if name == "question":
                assert set(listed) <= set(QUESTIONS)
            if name == "ward":
                assert in_wards(cells, listed).any()


def test_what_it_says_is_planted_is_the_truth(demonstration):
    truth = demonstration.truth
    steps = tour_steps(truth)
    told = " ".join(f"{step.title} {step.planted}" for step in steps)
    for one in truth["planted"]:
        if one["lens"] == "county-lines":
            assert one["ward"] in told
            if one["signal"] == "cluster":
                assert f"{one['seen_as']} in {one['ward']}" in told
    for one in truth["interventions"]:
        before, after = one["before_after"]["treated"]
        assert f"{one['effect']}: {before} incidents before, {after} after." in told
        assert any(step.paste.split() == one["treated_cells"] for step in steps)
    assert f"{truth['geocode_sink']['incidents']:,} incidents" in told
