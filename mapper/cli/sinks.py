"""``mapper sinks``: geocode sinks listed, and a file of choices about them to edit."""

from datetime import date
from pathlib import Path

from mapper.base.text import count
from mapper.cli.exporting import write_out
from mapper.cli.progress import shown_progress
from mapper.cli.saying import say


def run(
    paths: list[str],
    *,
    out: Path | None,
    mapping: Path | None,
    repair_swapped: bool,
    today: date,
) -> None:
    """List the sinks of some files; write choices that keep every one."""
    from mapper.base.errors import InputError
    from mapper.context.sink_choices import choices_text
    from mapper.context.sinks import find_sinks
    from mapper.incidents.mapping import load_mapping
    from mapper.incidents.read import read_incidents

    if out is not None and out.exists():
        raise InputError(f"{out}: is there already, perhaps with choices made. Name a new file.")
    columns = load_mapping(mapping) if mapping else None
    with shown_progress() as progress:
        incidents = read_incidents(
            paths, mapping=columns, repair_swapped=repair_swapped, progress=progress
        )
    found = find_sinks(incidents.table)
    lines = [
        f"{sink.lon:.6f}, {sink.lat:.6f}  {sink.label or 'no label'}: {sink.reason}"
        for sink in found
    ] or ["No point holds an outlying share of the incidents."]
    if out is not None:
        write_out(out, choices_text(found, on=today).encode(), what="points that hold very many")
        lines.append(
            f"{count(len(found), 'sink')} written to {out}: choose keep, move out or map for each."
        )
    say("\n".join(["OFFICIAL-SENSITIVE", *lines]), sinks=len(found), written=[out] if out else [])
