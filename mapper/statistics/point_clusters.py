"""Clusters of any shape from the points themselves: A-DBSCAN.

DBSCAN joins points that have enough others within a distance. It is run on many random parts of
the points; every point takes the cluster of the nearest point of a part, the clusters of the runs
are matched by their middles, and a point keeps a cluster that nine in ten runs give it.

Sources: Ester and others (1996), KDD-96, DBSCAN; Arribas-Bel, Garcia-Lopez & Viladecans-Marsal
(2021), Journal of Urban Economics 125, A-DBSCAN. Tests compare one run over all points with
scikit-learn, and many runs with esda. Coordinates are metres on a plane, never degrees.
"""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from mapper.base.types import Floats, Integers

_AGREEMENT = 0.9  # share of the runs that must give a point the same cluster
_NONE = -1


def point_clusters(
    x: Floats,
    y: Floats,
    *,
    distance: float,
    fewest: int,
    runs: int = 100,
    part: float = 0.5,
    seed: int = 0,
) -> Integers:
    """Return the cluster of each point, from 0, and -1 for none.

    Parameters
    ----------
    x, y
        Metres, shape (points,).
    distance
        How far apart neighbours in a cluster may be, metres.
    fewest
        Points within that distance that make a cluster.
    runs, part
        Random parts clustered, and their share of the points.
    seed
        The same seed gives the same clusters.
    """
    if x.size == 0:
        return np.zeros(0, dtype=np.int64)
    # Incidents share points: what is worked out for a place holds for all of them
    places, place = np.unique(np.column_stack([x, y]), axis=0, return_inverse=True)
    place = place.ravel()
    close = _within(places, distance)
    rng = np.random.default_rng(seed)
    least = max(1, int(fewest * part))
    drawn = np.stack(
        [
            np.bincount(place[rng.permutation(x.size)[: int(x.size * part)]], minlength=len(places))
            for _ in range(runs)
        ]
    )
    found = np.stack([_one_run(places, close, number, least) for number in drawn])
    number = np.bincount(place)
    winner = _vote(_matched(places, number, found))[place]
    groups = np.full(x.size, _NONE, dtype=np.int64)
    inside = winner != _NONE
    groups[inside] = np.unique(winner[inside], return_inverse=True)[1]
    return groups


def _within(places: Floats, distance: float) -> csr_array:
    """Return which places lie within a distance of one another, themselves included."""
    pairs = KDTree(places).query_pairs(distance, output_type="ndarray")
    alone = np.arange(len(places))
    owner = np.concatenate([pairs[:, 0], pairs[:, 1], alone])
    member = np.concatenate([pairs[:, 1], pairs[:, 0], alone])
    ones = np.ones(owner.size, dtype=np.int64)
    return csr_array((ones, (owner, member)), shape=(alone.size, alone.size))


def _one_run(places: Floats, close: csr_array, number: Integers, least: int) -> Integers:
    """Return the cluster of every place by one part of the points, and -1 for none.

    Parameters
    ----------
    number
        Points of the part at each place, shape (places,).
    least
        Points of the part within the distance that make a place a core of a cluster.
    """
    taken = np.flatnonzero(number)
    core = np.flatnonzero((number > 0) & (close @ number >= least))
    label = np.full(len(places), _NONE, dtype=np.int64)
    if taken.size == 0 or core.size == 0:
        return label
    label[core] = connected_components(close[core][:, core], directed=False)[1]
    edge = np.setdiff1d(taken, core)  # near a core it is of its cluster, the nearest one's
    nearest = _nearest(places[core], places[edge])
    touches = np.asarray(close[edge][:, core].sum(axis=1)) > 0
    label[edge[touches]] = label[core[nearest[touches]]]
    return label[taken[_nearest(places[taken], places)]]


def _nearest(places: Floats, others: Floats) -> Integers:
    """Return which place is nearest to each of the others."""
    return np.asarray(KDTree(places).query(others)[1], dtype=np.int64)


def _matched(places: Floats, number: Integers, found: Integers) -> Integers:
    """Return the runs with clusters named as in the run that has most of them.

    A cluster takes the name of the one whose middle is nearest to its own; shape (runs, places).
    """
    most = int(np.argmax([np.unique(labels).size for labels in found]))
    if found[most].max() == _NONE:
        return found
    reference = _middles(places, number, found[most])
    matched = found.copy()
    for run, labels in enumerate(found):
        if run != most and labels.max() > _NONE:
            names = _nearest(reference, _middles(places, number, labels))
            matched[run] = np.where(labels == _NONE, _NONE, names[labels])
    return matched


def _middles(places: Floats, number: Integers, labels: Integers) -> Floats:
    """Return the mean of the points of each cluster, 0 to the last; shape (clusters, 2)."""
    inside = labels != _NONE
    label, weight = labels[inside], number[inside]
    sums = [np.bincount(label, weights=weight * axis[inside]) for axis in places.T]
    return np.column_stack(sums) / np.bincount(label, weights=weight)[:, np.newaxis]


def _vote(matched: Integers) -> Integers:
    """Return the cluster that enough of the runs give each place, and -1 for none."""
    counts = np.stack(
        [(matched == label).sum(axis=0) for label in range(matched.max() + 1)]
        or [np.zeros(matched.shape[1], dtype=np.int64)]
    )
    return np.where(counts.max(axis=0) >= _AGREEMENT * len(matched), counts.argmax(axis=0), _NONE)
