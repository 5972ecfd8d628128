"""``mapper check``: how good the data is, and every row that was not accepted."""

from pathlib import Path
from typing import TYPE_CHECKING

from mapper.base.text import count
from mapper.cli.progress import shown_progress
from mapper.cli.saying import STDOUT, put_out, say, say_aside

if TYPE_CHECKING:
    from mapper.incidents.quality import Quality
    from mapper.incidents.table import Incidents


def run(
    paths: list[Path],
    *,
    mapping: Path | None,
    rejected: Path | None,
    report: Path | None,
    repair_swapped: bool,
) -> None:
    """Read files, print the summary, and write what was asked for."""
    from mapper.base.files import write_whole
    from mapper.incidents.mapping import load_mapping
    from mapper.incidents.quality import quality_report
    from mapper.incidents.read import read_incidents
    from mapper.outputs.rejected import rejected_csv

    columns = load_mapping(mapping) if mapping else None
    with shown_progress() as progress:
        incidents = read_incidents(
            paths, mapping=columns, repair_swapped=repair_swapped, progress=progress
        )
        quality = quality_report(incidents)
    if rejected == STDOUT:
        put_out(rejected_csv(incidents.rejected))
    elif rejected:
        write_whole(rejected, rejected_csv(incidents.rejected))
    if report:
        write_whole(report, quality.to_json())
    speak = say_aside if rejected == STDOUT else say
    speak(
        "\n".join(_lines(incidents, quality)),
        read=incidents.rows_read,
        accepted=len(incidents.table),
        rejected=len(incidents.rejected),
        reasons=quality.by_reason,
        written=[path for path in (rejected, report) if path and path != STDOUT],
    )


def _lines(incidents: "Incidents", quality: "Quality") -> list[str]:
    """Say what was read and what is wrong with it."""
    lines = [
        f"{file.name}: {count(file.rows, 'row')} ({file.format}"
        f"{', ' + file.encoding if file.encoding else ''})"
        for file in incidents.files
    ]
    lines.append(
        f"{count(incidents.rows_read, 'row')} read = {len(incidents.table):,} accepted"
        f" + {len(incidents.rejected):,} rejected"
    )
    lines += [f"  {count:,}  {reason}" for reason, count in quality.by_reason.items()]
    lines += [
        f"{share:.1%} of incidents lie at points labelled {kind}"
        for kind, share in quality.sinks.items()
    ]
    lines += [
        f"{share:.1%} of incidents say that {flag} is not known: counted as no"
        for flag, share in quality.unknown.items()
    ]
    return [*lines, quality.resolution_reason, quality.snap_points_reason, *quality.notes]
