"""``mapper area build``: what was made, so that totals can be compared with published ones."""

from pathlib import Path

from mapper.areas.study_area import StudyArea
from mapper.base.text import count


def describe(area: StudyArea, out: Path) -> str:
    """Say how many cells and residents a new study area has, by district."""
    districts = area.cells.groupby("district", observed=True)["residents"].agg(["size", "sum"])
    cells, people = len(area.cells), area.cells["residents"].sum()
    return "\n".join(
        [
            (
                f"{area.title}, resolution {area.resolution}: {count(cells, 'cell')}, {people:,.0f}"
                " residents"
            ),
            *(
                f"  {name}: {count(int(number), 'cell')}, {residents:,.0f} residents"
                for name, number, residents in districts.itertuples()
            ),
            f"Written to {out}",
        ]
    )
