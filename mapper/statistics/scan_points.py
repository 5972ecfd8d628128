"""Purely spatial scan of points: which circle holds more incidents than its population would?

Circles are great-circle, centred on every point, and grow until they hold half of the population.
This is the scan of Kulldorff (1997) as SaTScan runs it by default.
"""

import numpy as np

from mapper.base.errors import RequestError
from mapper.base.files import Progress, no_progress
from mapper.base.types import Floats, Integers
from mapper.statistics.scan import ScanChoices, ScanResult, scan
from mapper.statistics.scan_windows import circle_zones


def scan_points(
    lon: Floats,
    lat: Floats,
    counts: Integers,
    *,
    population: Floats,
    choices: ScanChoices | None = None,
    threads: int | None = None,
    progress: Progress = no_progress,
) -> ScanResult:
    """Search circles around points for clusters under the Poisson null.

    Parameters
    ----------
    lon, lat
        Degrees, shape (points,).
    counts
        Incidents at each point, shape (points,).
    population
        Population at each point, shape (points,).
    choices
        Limits, runs and seed; the null must be ``poisson`` (it is when not given).
    threads, progress
        As for :func:`mapper.statistics.scan.scan`.

    Raises
    ------
    RequestError
        When the parts do not fit together; every fault is named.
    TooFewEventsError
        When there are too few incidents to scan.
    """
    choices = choices or ScanChoices(null="poisson")
    shapes = {np.shape(part) for part in (lon, lat, counts, population)}
    known = bool(np.isfinite(lon).all() and np.isfinite(lat).all())
    faults = [
        words
        for words, wrong in (
            (
                f"longitude, latitude, counts and population differ in shape {shapes}",
                len(shapes) > 1,
            ),
            ("a coordinate is missing", not known),
            ("points are scanned under the Poisson null only", choices.null != "poisson"),
        )
        if wrong
    ]
    if faults:
        raise RequestError(f"The points cannot be scanned: {'; '.join(faults)}.")
    zones = circle_zones(lon, lat, exposure=population, largest_share=choices.largest_share)
    return scan(
        np.asarray(counts)[:, np.newaxis],
        zones,
        exposure=population,
        choices=choices,
        threads=threads,
        progress=progress,
    )
