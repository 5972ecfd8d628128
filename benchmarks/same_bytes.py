"""Does one version of mapper say and write the same as another? Outputs of commands, compared.

    python benchmarks/same_bytes.py make FOLDER --mapper .venv/bin/mapper [--street FILE.csv]
    python benchmarks/same_bytes.py compare OLD NEW [--expect FILE]

``make`` runs every command of ``COMMANDS`` over the demonstration extract and, with ``--street``,
over one police.uk month, each in a workspace of its own. What a command prints, its exit code and
its files are one folder; a refusal is kept like any answer. ``compare`` reads two such folders:
each file is turned into lines by its content (members of zips, tables of databases, text and
drawing of a PDF), and what legitimately differs is masked: days of making, digests and ids made
from them, versions, folder names. Each output that differs is told with its first difference;
exit code 1 when there is one. With no arguments, the claim that the same input gives the same
bytes is checked: two runs of the mapper beside this Python, compared.

``--expect`` names a file of lines ``PATTERN<TAB>REASON``. The pattern is that of an output
(``demo/job-*/*.kml``), or of an output and of lines in it that are left out of the comparison
(``*manifest.json#lens.sha256 = *``). What differs only as expected is told apart.
"""

import argparse
import csv
import hashlib
import io
import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fnmatch import fnmatchcase
from itertools import zip_longest
from pathlib import Path

from pyarrow.parquet import ParquetFile
from pypdf import PdfReader

BESIDE = Path(sys.executable).with_name("mapper")
PART = 4  # most cases take every so manyth row of the demonstration: all months, a part of the time
WINDOW = 160  # characters shown of a line that differs

# Name of a case | a command of it; commands of one case share a workspace.
# {out} is the folder of the case, {hotspot} the first hot spot of the case "hotspots".
COMMANDS = """
lenses             | lenses
check              | check {whole} --rejected {out}/rejected.csv --report {out}/report.json
sinks              | sinks {whole} --out {out}/sinks.toml
hotspots           | hotspots {data} --lens {lens} --out {out}/map --signals
hotspots-all       | hotspots {whole} --lens {all} --out {out}/map
hotspots-flags     | hotspots {data} --lens county-lines --out {out}/map
hotspots-count     | hotspots {data} --lens {lens} --score count --null total --out {out}/map
hotspots-rank      | hotspots {data} --lens {lens} --score rank --correction by --out {out}/map
hotspots-null      | hotspots {data} --lens {lens} --null conditional --alpha 0.01 --out {out}/map
hotspots-rings     | hotspots {data} --lens {lens} --inner 2 --rings 3 --out {out}/map
hotspots-day       | hotspots {data} --lens {lens} --location-day --out {out}/map
hotspots-harm      | hotspots {data} --lens public-harm --harm --out {out}/map
hotspots-proactive | hotspots {data} --lens {all} --no-police-generated {first-half} \
                     --out {out}/map
hotspots-coarse    | hotspots {data} --lens {lens} --resolution 8 --out {out}/map
hotspots-district  | hotspots {data} --lens {lens} --area Liverpool --out {out}/map
hotspots-again     | hotspots {data} --lens {lens} --previous {out}/../hotspots/map \
                     --sinks {out}/../sinks/sinks.toml --repair-swapped --out {out}/map
signals            | signals {data} --lens {lens} --out {out}/cells.csv
signals-place      | signals {data} --lens {lens} --by place --with-lens {all} --out {out}/t.parquet
patterns           | patterns {data} --lens {lens} --out {out}/hotspots.csv
patterns-cell      | patterns {data} --lens {lens} --by cell --every 14 --out {out}/cells.parquet
change             | change {data} --lens {lens} {halves} --out {out}/cells.csv
change-ward        | change {data} --lens {lens} {halves} --by ward --out {out}/wards.parquet
scan               | scan {data} --lens {lens} --runs 9 --seed 3 --every week --out {out}/scan.csv
scan-poisson       | scan {data} --lens {lens} --runs 9 --seed 3 --chance poisson --radius 4 \
                     --look retrospective --out {out}/scan.parquet
near-repeat        | near-repeat {data} --lens {lens} --runs 9 --seed 3 --out {out}/pairs.csv
clock              | clock {data} --lens {lens} --out {out}/clock.csv
clock-hotspots     | clock {data} --lens {lens} --hotspots --out {out}/clock.parquet
concentration      | concentration {data} --lens {lens} --out {out}/figures.csv
concentration-kept | concentration {data} --lens {lens} --table stability --out {out}/t.parquet
accuracy           | accuracy {years} --lens {lens} --replicates 20 --seed 3 --test-months 2 \
                     --out {out}/accuracy.csv
robustness         | robustness {data} --lens {lens} --replicates 20 --seed 3 --out {out}/kept.csv
evaluate           | evaluate {data} --lens {all} {halves} {treated} --out {out}/figures.csv
evaluate-cells     | evaluate {data} --lens {all} {halves} {treated} --table cells \
                     --control-buffer --out {out}/cells.parquet
proactivity        | proactivity {data} --lens {all} --out {out}/hotspots.csv
proactivity-areas  | proactivity {data} --lens {all} --table areas --out {out}/areas.parquet
describe           | describe {data} --lens {lens} --out {out}/figures.csv
describe-shapes    | describe {data} --lens {lens} --table shapes --seed 3 --area Liverpool \
                     --out {out}/shapes.parquet
context            | context {data} --lens {lens} --places {places} --out {out}/context.csv
signature          | signature {data} --lens {lens} --out {out}/signature.csv
signature-one      | signature {data} --lens {lens} --hotspot {hotspot} --out {out}/one.parquet
children           | children {data} --lens {lens} --out {out}/districts.csv
corridors          | corridors {data} --lens {all} --places {places} --out {out}/corridors.csv
shifts             | shifts {data} --lens {lens} --out {out}/shifts.csv
days               | days {data} --lens {lens} --by district --out {out}/days.csv
phases             | phases {data} --lens {lens} --places {places} --out {out}/phases.csv
briefing           | briefing {whole} --lens {lens} --out {out}/briefing.pdf
briefing-word      | briefing {data} --lens {lens} --period month --out {out}/briefing.docx
briefing-public    | briefing {data} --lens {all} --audience public --out {out}/briefing.html
dossier            | dossier {hotspot} {data} --lens {lens} --places {places} --out {out}/paper.pdf
dossier            | records list
dossier            | audit verify
dossier            | audit export --out {out}/audit.csv
dossier-partner    | dossier {hotspot} {data} --lens {lens} --audience partnership \
                     --out {out}/paper.docx
dossier-html       | dossier {hotspot} {data} --lens {lens} --out {out}/paper.html
dossier-unknown    | dossier HS-00000000 {data} --lens {lens} --out {out}/paper.pdf
job-operational    | run {out}/job.toml
job-partnership    | run {out}/job.toml
job-public         | run {out}/job.toml
job-other-forms    | run {out}/job.toml
"""

FORMS = "csv xlsx geojson gpkg geoparquet cells-geoparquet parquet png html fields"
# Audience, resolution and forms of each job
JOBS = {
    "job-operational": ("operational", 9, FORMS),
    "job-partnership": ("partnership", 9, FORMS),
    "job-public": ("public", 8, FORMS),
    "job-other-forms": ("operational", 9, "kml shp svg"),
}
JOB = """title = "The same again"
out = "written"
made_by = "Analysis team"
log = "job.log"

[incidents]
paths = [{paths}]

[analysis]
lenses = [{lenses}]
areas = ["merseyside", "Liverpool"]
resolution = {resolution}

[outputs]
audience = "{audience}"
forms = [{forms}]
crs = "EPSG:27700"
"""


@dataclass(frozen=True)
class Run:
    """One run of ``make``: where it was made, when, and with which mapper."""

    folder: Path
    mapper: Path
    first_day: date = field(default_factory=date.today)

    def demonstration(self) -> None:
        """Write the demonstration and run every case over it, most over a part of its rows."""
        self.case("demo", "demo", ["demo --out {out} --seed 1"], {})
        made = self.folder / "demo" / "demo"
        with (made / "incidents.csv").open(encoding="utf-8", newline="") as whole:
            heads, *rows = csv.reader(whole)
        part = rows[::PART]
        for name, kept in (("part", part), ("years", part + [a_year_on(row) for row in part])):
            with (made.parent / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([heads, *kept])
        truth = json.loads((made / "truth.json").read_text(encoding="utf-8"))
        self.cases(
            "demo",
            data="demo/part.csv",
            whole="demo/demo/incidents.csv",
            years="demo/years.csv",
            lens="domestic-abuse",
            all="all-demand",
            treated=" ".join(f"--cell {c}" for c in truth["interventions"][0]["treated_cells"]),
            halves="--before 2021-09-01:2022-02-28 --after 2022-03-01:2022-08-31",
            **{"first-half": "--from 2021-09-01 --to 2022-02-28"},
        )

    def street(self, given: Path) -> None:
        """Run every command over a copy of a police.uk month, with no folder of ours in its name.

        A question that needs what such files do not hold refuses: the refusal is an output too.
        """
        (self.folder / "street").mkdir()
        shutil.copyfile(given, self.folder / "street" / given.name)
        with given.open(encoding="utf-8", newline="") as rows:
            month = next(csv.DictReader(rows))["Month"]
        self.cases(
            "street",
            data=f"street/{given.name}",
            whole=f"street/{given.name}",
            years=f"street/{given.name}",
            lens="public-all",
            all="public-violence",
            treated="--hotspot {hotspot}",
            halves=f"--before {month}-01:{month}-14 --after {month}-15:{month}-28",
            **{"first-half": f"--from {month}-01 --to {month}-14"},
        )

    def cases(self, kind: str, **words: str) -> None:
        """Run every case of ``COMMANDS`` over one kind of data."""
        lines = [line.split("|") for line in COMMANDS.replace("\\\n", " ").strip().splitlines()]
        commands: dict[str, list[str]] = {}
        for name, command in lines:
            commands.setdefault(name.strip(), []).append(command)
        words["places"] = "demo/demo/places.csv"
        for name, told in commands.items():
            if name in JOBS:
                self.job(f"{kind}/{name}", name, words)
            hotspot = self.hotspot(kind)
            found = {"hotspot": hotspot, "treated": words["treated"].format(hotspot=hotspot)}
            self.case(kind, name, told, words | found)

    def hotspot(self, kind: str) -> str:
        """Return the first hot spot of the plain map, as a person would copy it from the list."""
        found = self.folder / kind / "hotspots" / "map" / "hotspots.csv"
        if not found.exists():
            return "HS-none"
        with found.open(encoding="utf-8", newline="") as rows:
            return next((row["hotspot_id"] for row in csv.DictReader(rows)), "HS-none")

    def job(self, out: str, name: str, words: dict[str, str]) -> None:
        """Write the job file of a case."""
        audience, resolution, forms = JOBS[name]
        text = JOB.format(
            paths=json.dumps(f"../../{words['data']}"),
            lenses=json.dumps([words["lens"], words["all"]])[1:-1],
            audience=audience,
            resolution=resolution,
            forms=json.dumps(forms.split())[1:-1],
        )
        (self.folder / out).mkdir(parents=True)
        (self.folder / out / "job.toml").write_text(text, encoding="utf-8")

    def case(self, kind: str, name: str, commands: list[str], words: dict[str, str]) -> None:
        """Run the commands of a case in one new workspace and keep what they say."""
        out = f"{kind}/{name}"
        (self.folder / out).mkdir(parents=True, exist_ok=True)
        began, told = time.perf_counter(), []
        with tempfile.TemporaryDirectory(prefix="mapper-workspace-") as workspace:
            for command in commands:
                asked = " ".join(command.format(out=out, **words).split())
                done = self.mapper_says(asked, workspace)
                said = (done.stdout + "\n-- standard error\n" + done.stderr).replace(
                    workspace, "WORKSPACE"
                )
                told.append(f"$ mapper {asked}\n-- exit code {done.returncode}\n{said}")
        (self.folder / out / "said.txt").write_text("\n".join(told), encoding="utf-8")
        print(f"{time.perf_counter() - began:6.1f} s  {out}", flush=True)

    def mapper_says(self, asked: str, workspace: str) -> subprocess.CompletedProcess[str]:
        """Run one command as anybody's: no setting of this machine reaches it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MAPPER_")}
        settings = {
            "MAPPER_WORKSPACE": workspace,
            "LOGNAME": "analyst",
            "TZ": "Europe/London",
            "COLUMNS": "100",
            "LC_ALL": "C.UTF-8",
        }
        return subprocess.run(
            [str(self.mapper), *shlex.split(asked)],
            cwd=self.folder,
            env=kept | settings,
            capture_output=True,
            text=True,
            check=False,
        )


def a_year_on(row: list[str]) -> list[str]:
    """Return a row of the demonstration a year later, under a reference of its own."""
    later = [re.sub(r"^202[12](?=-)", lambda year: str(int(year[0]) + 1), cell) for cell in row]
    return [later[0].replace("DEMO-", "DEMO-9", 1), *later[1:]]


def make(folder: Path, mapper: Path, street: Path | None) -> None:
    """Run everything into a new folder."""
    if folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty: give a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    run = Run(folder.resolve(), mapper.absolute())
    run.demonstration()
    if street:
        run.street(street)
    days = [run.first_day.isoformat(), date.today().isoformat()]  # noqa: DTZ011 - written out
    told = {"folder": str(run.folder), "days": days}
    (run.folder / "run.json").write_text(json.dumps(told), encoding="utf-8")
    print(f"{len(outputs(run.folder))} outputs in {time.perf_counter() - began:.0f} s: {folder}")


def outputs(folder: Path) -> dict[str, Path]:
    """Return the files of all cases by name, without what they were given."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {n: p for n, p in sorted(files.items()) if p.is_file() and n.count("/") > 1}


# What legitimately differs between two runs, and what stands in its place


def masks(folder: Path) -> list[tuple[re.Pattern[str], str]]:
    """Return what is masked in any text of a run.

    Times of making are those on the days of the run, in any of the ways they are written; no
    record of the data is of such a day.
    """
    told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    first, last = map(date.fromisoformat, told["days"])
    days = [first + timedelta(days=n) for n in range(-1, (last - first).days + 2)]
    ways = ("{0:%Y-%m-%d}", "{0:%Y%m%d}", "{0.day} {0:%B %Y}", "{0.day} {0:%b %Y}", "{0:%d/%m/%Y}")
    written = "|".join(re.escape(way.format(day)) for day in days for way in ways)
    clock = r"(?:(?:[T, ]| at )+\d\d:?\d\d(?::?\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?"
    patterns = {
        rf"(?:{written}){clock}": "(time)",
        re.escape(told["folder"]): "(folder)",
        r"\b[0-9a-f]{64}\b": "(digest)",
        r"\bRelease [0-9a-f]{12,}": "Release (digest)",
        r"\b(map_|geo_json_|release_layer_)?[ml]_?[0-9a-f]{12}\b": "(id)",  # of a map, a layer
        r"sha256-[A-Za-z0-9+/]{43}=": "(digest)",
        r"\bmapper \d+\.\d+\.\d+\w*": "mapper (version)",
    }
    return [(re.compile(pattern), put) for pattern, put in patterns.items()]


# Facts of a manifest that follow from what is compared itself, or from the packages installed
FOLLOWING = re.compile(r"^(outputs\..*\.(sha256|size)|versions\..*) = .*")
# Digests of what went in are compared; all others follow from contents, versions and times
GIVEN = re.compile(r"^(.*\.)?(inputs|lens|area|with_lens|places)\..*sha256 = ")


def json_lines(content: bytes) -> Iterator[str]:
    """Yield each value of a JSON file with its path: ``numbers.cells = 7254``."""

    def walk(value: object, path: str) -> Iterator[str]:
        items = (
            value.items()
            if isinstance(value, dict)
            else enumerate(value)
            if isinstance(value, list)
            else ()
        )
        if not items:
            yield f"{path} = {json.dumps(value, ensure_ascii=False)}"
        for name, item in items:
            yield from walk(item, f"{path}.{name}" if path else str(name))

    for line in walk(json.loads(content), ""):
        yield FOLLOWING.sub(r"\1 = (follows)", line)


def text_lines(content: bytes) -> Iterator[str]:
    """Yield the lines of a text; of pages and drawings, one element or object a line."""
    yield from re.sub(r"(?<=[>}])(,?\s*)(?=[<{])", "\\1\n", content.decode()).split("\n")


def parquet_lines(content: bytes) -> Iterator[str]:
    """Yield what a table's file says of itself, its columns with their types, and its rows."""
    table = ParquetFile(io.BytesIO(content)).read(use_threads=False)
    for name, value in (table.schema.metadata or {}).items():
        told = json.loads(value) if value.startswith(b"{") else value.decode()
        if name == b"pandas":
            told = {key: told[key] for key in told if key not in {"creator", "pandas_version"}}
        yield f"{name.decode()}: {json.dumps(told, ensure_ascii=False)}"
    yield from (f"column {one.name}: {one.type}" for one in table.schema)
    yield from map(repr, zip(*(column.to_pylist() for column in table.columns), strict=True))


def geopackage_lines(content: bytes) -> Iterator[str]:
    """Yield the definition and the rows of every table of a GeoPackage but its search trees."""
    with tempfile.NamedTemporaryFile(suffix=".gpkg") as copy:
        copy.write(content)
        copy.flush()
        database = sqlite3.connect(copy.name)
        tables = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
        for name, sql in tables:
            yield f"{name}: {sql}"
            if not name.startswith("rtree_"):
                rows = database.execute(f'SELECT * FROM "{name}" ORDER BY rowid')
                yield from (f"{name}: {row!r}" for row in rows)
        database.close()


def pdf_lines(content: bytes) -> Iterator[str]:
    """Yield what a PDF says of itself, its text, and its drawing with the text left out."""
    reader = PdfReader(io.BytesIO(content))
    for name, value in (reader.metadata or {}).items():
        yield f"{name}: {value}"
    for number, page in enumerate(reader.pages, start=1):
        yield from (f"page {number}: {line}" for line in page.extract_text().splitlines())
        drawn = page.get_contents()
        lines = re.sub(rb"BT\b.*?\bET\b", b"", drawn.get_data() if drawn else b"", flags=re.DOTALL)
        yield from (f"page {number} drawn: {line!r}" for line in lines.splitlines())
        yield from (f"page {number} picture: {digest(one.data)}" for one in page.images)


def zip_lines(content: bytes) -> Iterator[str]:
    """Yield the members of a zip, a workbook or a Word document, each by its own form."""
    with zipfile.ZipFile(io.BytesIO(content)) as members:
        for name in members.namelist():
            yield from (f"{name}: {line}" for line in lines_of(name, members.read(name)))


def dbf_lines(content: bytes) -> Iterator[str]:
    """Yield the digest of a table of a shapefile without its day of making, bytes 1 to 3."""
    yield f"digest {digest(content[:1] + content[4:])}"


def digest(content: bytes) -> str:
    """Return a digest in a form that is not masked."""
    return hashlib.sha256(content).hexdigest()[:32]


READERS: dict[str, Callable[[bytes], Iterator[str]]] = {
    **dict.fromkeys(("json", "geojson"), json_lines),
    **dict.fromkeys(("csv", "txt", "toml", "log", "html", "svg", "kml", "xml", "rels"), text_lines),
    **dict.fromkeys(("prj", "cpg", "qml", "md"), text_lines),
    **dict.fromkeys(("parquet", "geoparquet"), parquet_lines),
    **dict.fromkeys(("zip", "xlsx", "docx"), zip_lines),
    "gpkg": geopackage_lines,
    "pdf": pdf_lines,
    "dbf": dbf_lines,
}


def lines_of(name: str, content: bytes) -> Iterator[str]:
    """Yield a file's content as lines; a digest where its form has no lines, as of pictures."""
    reader = READERS.get(name.rpartition(".")[2].lower())
    if reader:
        yield from reader(content)
    else:
        yield f"digest {digest(content)}"


def masked(name: str, content: bytes, patterns: list[tuple[re.Pattern[str], str]]) -> list[str]:
    """Return a file's lines with what legitimately differs masked."""
    lines = []
    for line in lines_of(name, content):
        for pattern, put in patterns:
            if put != "(digest)" or not GIVEN.match(line):
                line = pattern.sub(put, line)  # noqa: PLW2901 - each mask works on the last
        lines.append(line)
    return lines


# Comparison


@dataclass(frozen=True)
class Expectation:
    """Outputs that are to differ, or lines of them, and why."""

    output: str
    lines: str  # empty when the output as a whole may differ
    reason: str

    def without(self, lines: list[str]) -> list[str]:
        """Return the lines that are still to be the same."""
        if not self.lines:
            return lines
        return [line for line in lines if not fnmatchcase(line, self.lines)]


def expectations(file: Path | None) -> list[Expectation]:
    """Read the file of what is expected to differ."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines() if file else []:
        if line.strip() and not line.startswith("#"):
            pattern, tab, reason = line.partition("\t")
            if not tab:
                sys.exit(f"{file}: “{line}” has no tab between the pattern and the reason.")
            output, _, lines = pattern.partition("#")
            found.append(Expectation(output, lines, reason.strip()))
    return found


def compare(old: Path, new: Path, expected: list[Expectation]) -> int:
    """Print how the outputs of two runs differ and return the exit code."""
    files, hidden = [outputs(old), outputs(new)], [masks(old), masks(new)]
    same, differing, foreseen = 0, [], []
    for name in sorted(files[0] | files[1]):
        contents = [each[name].read_bytes() if name in each else None for each in files]
        fitting = [one for one in expected if fnmatchcase(name, one.output)]
        if contents[0] == contents[1]:
            left = told = ""
        elif None in contents:
            left = told = f"only in {new if contents[0] is None else old}"
        else:
            lines = [masked(name, *each) for each in zip(contents, hidden, strict=True)]
            told = difference(*lines)
            for one in fitting:
                lines = [one.without(each) for each in lines]
            left = difference(*lines)
        reasons = [one.reason for one in fitting if not (left and one.lines)]
        if not told:
            same += 1
        elif left and not any(not one.lines for one in fitting):
            differing.append(f"{name}: {left}")
        else:
            foreseen.append(f"{name}: expected, {'; '.join(reasons)}\n{told}")
    for text in (*foreseen, *differing):
        print(text)
    if foreseen:
        print(f"{len(foreseen)} differ as expected")
    print(f"{same} outputs the same, {len(differing)} differ")
    return 1 if differing else 0


def difference(old: list[str], new: list[str]) -> str:
    """Return the first difference of two lists of lines and how many there are, or nothing."""
    pairs = enumerate(zip_longest(old, new, fillvalue="(no more lines)"), start=1)
    for number, (one, other) in pairs:
        if one != other:
            gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
            at = next(
                (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
                min(len(one), len(other)),
            )
            start = max(0, at - WINDOW // 2)
            shown = [f"    {text[start : start + WINDOW]}" for text in (one, other)]
            counted = f"{gone.total()} lines gone, {come.total()} come; first, line {number}:"
            return "\n".join((counted, *shown))
    return ""


def main() -> int:
    """Read the command line and run or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    modes = parser.add_subparsers(dest="mode")
    making = modes.add_parser("make", help="Run everything into a new folder.")
    making.add_argument("folder", type=Path)
    making.add_argument("--mapper", type=Path, default=BESIDE, help="The console command to run.")
    making.add_argument("--street", type=Path, help="One police.uk street file.")
    comparing = modes.add_parser("compare", help="Compare two such folders.")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    comparing.add_argument("--expect", type=Path, help="What is to differ, and why.")
    chosen = parser.parse_args()
    if chosen.mode == "compare":
        return compare(chosen.old, chosen.new, expectations(chosen.expect))
    if chosen.mode == "make":
        make(chosen.folder, chosen.mapper, chosen.street)
        return 0
    with tempfile.TemporaryDirectory() as kept:
        old, new = Path(kept) / "one", Path(kept) / "other"
        make(old, BESIDE, None)
        make(new, BESIDE, None)
        return compare(old, new, [])


if __name__ == "__main__":
    sys.exit(main())
