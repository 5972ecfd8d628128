"""``mapper check``: how good the data is, and every row that was not accepted."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mapper.base.text import count
from mapper.cli.doubts import as_json, doubt_line
from mapper.cli.exporting import write_out
from mapper.cli.progress import shown_progress
from mapper.cli.saying import STDOUT, say, say_aside

if TYPE_CHECKING:
    from mapper.incidents.quality import Quality
    from mapper.incidents.table import Incidents


@dataclass(frozen=True)
class Files:
    """Where to write what, if at all."""

    rejected: Path | None
    report: Path | None
    doubts: Path | None


def run(
    paths: list[str],
    *,
    mapping: Path | None,
    files: Files,
    area: str,
    repair_swapped: bool,
) -> None:
    """Read files, print the summary, and write what was asked for."""
    from mapper.analysis.examine import examine
    from mapper.analysis.outside import outside_in_words, outside_of
    from mapper.areas.load import load_study_area
    from mapper.base.errors import InputError
    from mapper.incidents.mapping import load_mapping
    from mapper.incidents.quality import quality_report
    from mapper.incidents.read import read_incidents
    from mapper.outputs.data_quality import doubts_csv, doubts_html
    from mapper.outputs.rejected import rejected_csv

    if files.doubts and files.doubts.suffix.lower() not in {".html", ".csv"}:
        raise InputError(f"{files.doubts}: what may mislead is written as .html or .csv.")
    columns = load_mapping(mapping) if mapping else None
    ground = load_study_area(area)
    with shown_progress() as progress:
        incidents = read_incidents(
            paths, mapping=columns, repair_swapped=repair_swapped, progress=progress
        )
        quality = quality_report(incidents)
        doubts = examine(incidents, ground)
        outside = outside_of(incidents.table, ground)
    if files.rejected:
        write_out(files.rejected, rejected_csv(incidents.rejected), what="rejected rows")
    if files.report:
        write_out(files.report, quality.to_json().encode(), what="quality of the data")
    if files.doubts:
        form = doubts_csv if files.doubts.suffix.lower() == ".csv" else doubts_html
        content = form(incidents, ground, doubts)
        write_out(files.doubts, content, what="what in the data may mislead")
    speak = say_aside if files.rejected == STDOUT else say
    told = [doubt_line(one) for one in doubts]
    where = [*ground.notes] if area else []  # the own one was looked at when it was made
    if outside.any():
        where.append(f"{outside_in_words(incidents.table, outside, ground)}.")
    head = ["What in the data as a whole may mislead:"] if told else []
    speak(
        "\n".join([*_lines(incidents, quality), *where, *head, *told]),
        doubts=as_json(doubts),
        read=incidents.rows_read,
        accepted=len(incidents.table),
        rejected=len(incidents.rejected),
        outside=int(outside.sum()),
        reasons=quality.by_reason,
        written=[path for path in vars(files).values() if path and path != STDOUT],
    )


def _lines(incidents: "Incidents", quality: "Quality") -> list[str]:
    """Say what was read and what is wrong with it."""
    from mapper.analysis.examine import late_words
    from mapper.lenses.load import shipped_lenses
    from mapper.lenses.named_values import unnamed_words

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
    told = (unnamed_words(incidents.table, shipped_lenses()), late_words(incidents))
    lines += [words for words in told if words]
    return [*lines, quality.resolution_reason, quality.snap_points_reason, *quality.notes]
