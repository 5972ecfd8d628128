"""What a notebook works with: a result and answers that draw themselves, marked, and nothing else.

What is shown is always the operational release, so the marking goes with it. Other audiences get
their releases from :func:`release`, checked against all that they were given before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study, prepare
from mapper.areas.load import study_area
from mapper.base.errors import DisclosureError, RequestError
from mapper.base.lazy import Lazy
from mapper.base.text import count, encode_text
from mapper.disclosure.make import release as release_thing
from mapper.disclosure.nearest import maker, release_nearest
from mapper.disclosure.nearest_table import TableAsked, release_table_nearest
from mapper.disclosure.register import Register
from mapper.disclosure.release import FindingRelease, Release
from mapper.disclosure.rules import OPERATIONAL
from mapper.grid.hexagons import cells_to_wkb, strings_to_cells
from mapper.incidents.table import Incidents
from mapper.lenses.lens import Lens
from mapper.lenses.load import load_lens
from mapper.outputs.maps import export_map
from mapper.outputs.tables import hotspot_outlines
from mapper.outputs.write import write_answer, write_outputs
from mapper.questions.finding import Finding

if TYPE_CHECKING:
    import geopandas
    import shapely

    from mapper.areas.study_area import StudyArea
else:
    geopandas = Lazy("geopandas")
    shapely = Lazy("shapely")

_WGS84 = 4326
_HEIGHT = 720  # pixels of a map in a notebook
_ROWS = 60  # of a table shown in a notebook: all of them are in ``table``


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """Hot spots found in incidents; in a notebook it draws itself as a marked map.

    Attributes
    ----------
    study
        The incidents counted by cell, which every question is asked of.
    found
        The tables of the analysis, before disclosure control.

    Examples
    --------
    >>> import mapper, numpy, pandas
    >>> frame = pandas.DataFrame({"when": pandas.date_range("2025-01-01", periods=90, freq="D")})
    >>> frame["lon"], frame["lat"] = numpy.linspace(-2.95, -2.93, 90), 53.4
    >>> incidents = mapper.from_frame(frame, when="when", longitude="lon", latitude="lat")
    >>> result = mapper.analyse(incidents, lens="all-demand", area="liverpool")
    >>> result.request.lens, result.request.asks, len(result.shown.cells)
    ('all-demand', 'unusual', 1215)
    """

    study: Study
    found: AnalysisResult

    @cached_property
    def shown(self) -> Release:
        """What is drawn here, which is the operational release."""
        return release_thing(self.found)

    @property
    def request(self) -> AnalysisRequest:
        """Every choice that shaped the result."""
        return self.found.request

    @property
    def notes(self) -> tuple[str, ...]:
        """What the map cannot show, and what to know of the data, in plain words."""
        return self.shown.caveats

    @cached_property
    def hotspots(self) -> "geopandas.GeoDataFrame":
        """Hot spots by rank, one row each, their outlines in degrees (EPSG:4326).

        ``incidents`` is a count; ``expected`` what the expectation of the request puts there, as
        ``reason`` says in words; ``p`` bounds the chance of a place so extreme anywhere in the
        area; ``q`` is the share of chance finds to be expected among the places down to this one.
        """
        table = self.shown.hotspots
        outlines = hotspot_outlines(self.shown)
        shapes = [
            shapely.MultiPolygon([(shell, holes) for shell, *holes in outlines[name]])
            for name in table["hotspot_id"]
        ]
        p = table["hotspot_id"].map(self.found.place_p).astype("float64")
        frame = table.copy()
        frame.insert(list(table.columns).index("q"), "p", p)
        return geopandas.GeoDataFrame(frame, geometry=shapes, crs=_WGS84)

    @cached_property
    def cells(self) -> "geopandas.GeoDataFrame":
        """Every cell of the study area, one row each, its hexagon in degrees (EPSG:4326)."""
        cells = self.shown.cells
        hexagons = cells_to_wkb(strings_to_cells(cells["cell"].to_numpy(dtype=object)))
        return geopandas.GeoDataFrame(cells, geometry=shapely.from_wkb(hexagons), crs=_WGS84)

    def __repr__(self) -> str:
        shown, numbers = self.shown, self.found.numbers
        return (
            f"{shown.marking}   {shown.title}: {shown.area_title}, {shown.period}\n"
            f"{count(numbers['incidents_counted'], 'incident counts', 'incidents count')},"
            f" {count(numbers['hotspots'], 'hot spot')} in {numbers['cells_hot']:,} of"
            f" {numbers['cells']:,} cells."
        )

    def _repr_html_(self) -> str:
        """Return the marked map in a frame of its own, which can reach nothing around it."""
        page = encode_text(export_map(self.shown))
        return (
            f"<p><strong>{encode_text(self.shown.marking)}</strong></p>"
            f'<iframe sandbox="allow-scripts" title="Map of hot spots" srcdoc="{page}"'
            f' style="width: 100%; height: {_HEIGHT}px; border: 0"></iframe>'
        )


@dataclass(frozen=True, eq=False, repr=False)
class Answer:
    """The answer to one question; in a notebook it shows itself as a marked table.

    Attributes
    ----------
    finding
        The answer before disclosure control.
    asked
        What asks the same in another shape, for audiences that may not be shown this one.

    Examples
    --------
    >>> import mapper, numpy, pandas
    >>> frame = pandas.DataFrame({"when": pandas.date_range("2025-01-01", periods=90, freq="D")})
    >>> frame["lon"], frame["lat"] = numpy.linspace(-2.95, -2.93, 90), 53.4
    >>> incidents = mapper.from_frame(frame, when="when", longitude="lon", latitude="lat")
    >>> result = mapper.analyse(incidents, lens="all-demand", area="liverpool")
    >>> answer = mapper.ask.concentration(result)
    >>> answer.shown.marking, answer.table.columns[0]
    ('OFFICIAL-SENSITIVE', 'figure')
    """

    finding: Finding
    asked: TableAsked | None = None

    @cached_property
    def shown(self) -> FindingRelease:
        """What is shown here, which is the operational release."""
        return release_thing(self.finding)

    @property
    def table(self) -> pd.DataFrame:
        """The answer, one row for each thing it is about; docs/commands.md tells the columns."""
        return self.shown.table

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know before trusting it, in plain words."""
        return self.shown.notes

    def __repr__(self) -> str:
        shown = self.shown
        head = f"{shown.marking}   {shown.title}: {shown.lens_title}, {shown.area_title}"
        return "\n".join([head, *shown.notes, repr(self.table)])

    def _repr_html_(self) -> str:
        """Return the marked table, its first rows where it is long."""
        shown = self.shown
        notes = "".join(f"<li>{encode_text(note)}</li>" for note in shown.notes)
        rest = len(self.table) - _ROWS
        more = f"<p>and {count(rest, 'more row')} in .table</p>" if rest > 0 else ""
        return (
            f"<p><strong>{encode_text(shown.marking)}</strong> {encode_text(shown.title)}:"
            f" {encode_text(shown.lens_title)}, {encode_text(shown.area_title)},"
            f" {encode_text(shown.period)}</p><p>{encode_text(shown.question)}</p>"
            f"<ul>{notes}</ul>{self.table.head(_ROWS).to_html(escape=True)}{more}"
        )


def analyse(
    incidents: Incidents,
    *,
    lens: str | Path | Mapping[str, Any] | Lens,
    area: "str | Path | geopandas.GeoDataFrame | StudyArea" = "",
    **choices: Any,
) -> Result:
    """Count a lens over a study area, test every cell exactly, and join hot ones into hot spots.

    Parameters
    ----------
    incidents
        From :func:`mapper.read` or :func:`mapper.from_frame`.
    lens
        Which incidents count: an id, the path of a lens file, or a dictionary with its keys.
    area
        Where: whatever :func:`mapper.study_area` takes, or a study area, which brings its
        resolution along.
    choices
        ``start``, ``end`` (first and last day, both included); ``question`` (``unusual``: more
        than expected, or ``concentrated``: more than an even spread); ``expected`` (``lens``,
        ``residents``, ``demand``); ``most_km2`` and ``most_cells`` (the largest place, km² and
        cells); ``alpha`` (share of false finds, 0 to 1); ``correction`` (``bh``, ``by``);
        ``rings`` and ``inner`` (steps that count as near, cells); ``score`` (``capped``,
        ``count``, ``rank``), ``null`` (``total``, ``conditional``) and ``harm`` of concentrated
        places; ``police_generated``; ``location_day``; ``shifts``; ``weekdays``.

    Returns
    -------
    Result
        ``hotspots`` and ``cells`` are GeoDataFrames in EPSG:4326, shape (hot spots, columns) and
        (cells, columns); counts are incidents, areas square kilometres, p and q from 0 to 1.

    Raises
    ------
    TooFewEventsError
        When fewer than 30 incidents count.
    LensError, AreaError
        When the lens or the area cannot be used, or the data lacks a column that the lens needs.
    RequestError
        When there is no such choice, or the choices do not fit together.

    Notes
    -----
    Unusual places are those of Zhang, Assuncao & Kulldorff 2010, one after the other, with q after
    Benjamini & Hochberg 1995; concentrated ones Getis & Ord 1992 with exact p: docs/methods.md.

    Examples
    --------
    >>> import mapper, numpy, pandas
    >>> random = numpy.random.default_rng(1)
    >>> frame = pandas.DataFrame({"when": pandas.date_range("2025-01-01", periods=240, freq="6h")})
    >>> frame["east"] = numpy.r_[random.normal(335_000, 90, 60), random.uniform(333e3, 341e3, 180)]
    >>> frame["north"] = numpy.r_[random.normal(390_500, 90, 60), random.uniform(387e3, 393e3, 180)]
    >>> incidents = mapper.from_frame(frame, when="when", easting="east", northing="north")
    >>> result = mapper.analyse(incidents, lens="all-demand", area="liverpool")
    >>> result
    OFFICIAL-SENSITIVE   All demand: Liverpool, 1 January 2025 to 1 March 2025
    228 incidents count, 1 hot spot in 1 of 1,215 cells.
    >>> result.hotspots[["name", "incidents", "expected"]].round(1)
          name  incidents  expected
    0  Central         51       1.0
    >>> bool(result.hotspots["q"].iloc[0] < 0.001)
    True
    """
    if not isinstance(incidents, Incidents):
        raise RequestError(
            f"Incidents are wanted, not a {type(incidents).__name__}: read a table in memory by"
            " mapper.from_frame, files by mapper.read."
        )
    lens = load_lens(lens)
    study = prepare(incidents, lens=lens, area=study_area(area), **choices)
    return Result(study, find_hotspots(study))


def release(
    of: Result | Answer,
    *,
    audience: str = "operational",
    register: Register | None = None,
    made_by: str = "",
) -> Release | FindingRelease:
    """Return what an audience may see of a result or an answer: disclosure control.

    Parameters
    ----------
    of
        From :func:`mapper.analyse` or :data:`mapper.ask`.
    audience
        ``operational``: vetted staff; everything, marked. ``partnership`` and ``public``: small
        counts hidden, the rest rounded, nothing that gives a hidden count away.
    register
        Where an audience's earlier releases are kept, so that none can be subtracted from this
        one; needed outside the operational audience.
    made_by
        Who makes the release, kept in its record.

    Returns
    -------
    Release or FindingRelease
        Tables as the audience may see them, with marking, caveats and record. The only thing that
        :func:`mapper.write` takes.

    Raises
    ------
    DisclosureError
        When the audience may see neither it nor any map or table like it (other days, larger
        cells or places): the message says why and what to choose instead. What was given instead
        of what stands in ``instead`` and first of the caveats or notes.

    Notes
    -----
    The rules, and what an audience could work out from several releases: docs/disclosure.md.

    Examples
    --------
    >>> import mapper, numpy, pandas
    >>> frame = pandas.DataFrame({"when": pandas.date_range("2025-01-01", periods=90, freq="D")})
    >>> frame["lon"], frame["lat"] = numpy.linspace(-2.95, -2.93, 90), 53.4
    >>> incidents = mapper.from_frame(frame, when="when", longitude="lon", latitude="lat")
    >>> result = mapper.analyse(incidents, lens="all-demand", area="liverpool")
    >>> mapper.release(result).marking
    'OFFICIAL-SENSITIVE'
    >>> mapper.release(result, audience="public")
    Traceback (most recent call last):
    mapper.base.errors.DisclosureError: A release to the public audience needs the register ...
    """
    if not isinstance(of, Result | Answer):
        raise DisclosureError(
            f"Only a result or an answer is released, not a {type(of).__name__}: make one with"
            " mapper.analyse or mapper.ask."
        )
    if isinstance(of, Result) and audience != OPERATIONAL:
        make = maker(of.study)
        return release_nearest(
            of.found, audience=audience, register=register, make=make, made_by=made_by
        )
    if isinstance(of, Answer) and of.asked is not None:
        told = {"audience": audience, "made_by": made_by}
        return release_table_nearest(of.asked, register=register, **told)
    thing = of.found if isinstance(of, Result) else of.finding
    return release_thing(thing, audience=audience, register=register, made_by=made_by)


def write(release: Release | FindingRelease, path: str | Path) -> tuple[Path, ...]:
    """Write a release, whole or not at all.

    Parameters
    ----------
    release
        From :func:`mapper.release`; nothing else leaves.
    path
        Of a result a folder: list, outlines, cells, map and manifest are put into it. Of an answer
        a file that ends in ``.csv`` or ``.parquet``; its manifest is put beside it.

    Returns
    -------
    tuple of Path
        What was written.

    Raises
    ------
    DisclosureError
        When given anything but a release.
    InputError
        When the path cannot be used or written, or a map is to go into what is named as a file;
        nothing is changed then.

    Notes
    -----
    GeoJSON after RFC 7946; the columns are told in docs/commands.md.

    Examples
    --------
    >>> import mapper, numpy, pandas, tempfile
    >>> frame = pandas.DataFrame({"when": pandas.date_range("2025-01-01", periods=90, freq="D")})
    >>> frame["lon"], frame["lat"] = numpy.linspace(-2.95, -2.93, 90), 53.4
    >>> incidents = mapper.from_frame(frame, when="when", longitude="lon", latitude="lat")
    >>> result = mapper.analyse(incidents, lens="all-demand", area="liverpool")
    >>> folder = tempfile.mkdtemp()
    >>> [path.name for path in mapper.write(mapper.release(result), folder)]
    ['hotspots.csv', 'hotspots.geojson', 'cells.parquet', 'map.html',
     'hotspots.csv-metadata.json', 'manifest.json']
    """
    if isinstance(release, FindingRelease):
        return write_answer(release, Path(path))
    return write_outputs(release, Path(path))
