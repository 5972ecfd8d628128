"""Neighbours as PySAL takes them, for comparisons in benchmarks and tests."""

import numpy as np
from libpysal.graph import Graph

from mapper.grid.neighbours import Neighbours


def to_graph(near: Neighbours) -> Graph:
    """Return neighbours as a PySAL graph with weights of 1; isolated cells stay in it."""
    alone = np.flatnonzero(near.degree == 0)
    owner = np.concatenate([near.owner, alone])
    member = np.concatenate([near.member, alone])
    weight = np.concatenate([np.ones(near.owner.size), np.zeros(alone.size)])
    order = np.lexsort((member, owner))
    return Graph.from_arrays(owner[order], member[order], weight[order])
