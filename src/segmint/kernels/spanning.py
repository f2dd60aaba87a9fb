"""Compiled parts of HDBSCAN: the spanning tree of mutual reachability, its hierarchy, and the clusters in it.

The mutual reachability of two rows is the largest of their distance and of their core distances. Its
spanning tree, edges sorted, is the hierarchy of single linkage; from that one hierarchy the clusters
for every smallest size are read off.

References
----------
Campello, Moulavi and Sander (2013), doi:10.1007/978-3-642-37456-2_14. Prim (1957),
doi:10.1002/j.1538-7305.1957.tb01515.x.
"""

from __future__ import annotations

import math

import numpy as np

from segmint.kernels.jit import compiled
from segmint.types import FloatMatrix, FloatVector, IntVector

BLOCK = 512


@compiled
def nearer(
    columns: FloatMatrix, core: FloatVector, row: FloatVector, own_core: float, n_left: int, best: FloatVector,
    source: IntVector, number: int, scratch: FloatVector,
) -> int:  # fmt: skip
    """Lower ``best`` (squared reachability to the tree, INOUT) by what a new row of it reaches.

    Returns the place of the smallest of the first ``n_left``; of equal ones the first.
    """
    place, smallest = 0, np.inf
    for first in range(0, n_left, BLOCK):
        count = min(BLOCK, n_left - first)
        for i in range(count):
            scratch[i] = 0.0
        for j in range(columns.shape[0]):
            x, value = columns[j, first : first + count], row[j]
            for i in range(count):
                difference = x[i] - value
                scratch[i] += difference * difference
        cores, bests, sources = (
            core[first : first + count],
            best[first : first + count],
            source[first : first + count],
        )
        for i in range(count):
            reach = max(scratch[i], cores[i], own_core)
            closer = reach < bests[i]
            bests[i] = reach if closer else bests[i]
            sources[i] = number if closer else sources[i]
        for i in range(count):
            if bests[i] < smallest:
                place, smallest = first + i, bests[i]
    return place


@compiled
def spanning_tree(columns: FloatMatrix, core: FloatVector) -> tuple[IntVector, IntVector, FloatVector]:
    """Return the two rows and the length of each edge of the tree, in the order of Prim's growth.

    ``columns`` (n_features, n_samples) and ``core`` (squared core distances) are used up: rows outside the
    tree are kept packed at the front. Time O(n²), memory O(n).
    """
    d, n_samples = columns.shape
    numbers, source = np.arange(n_samples), np.zeros(n_samples, np.int64)
    best, scratch, row = np.full(n_samples, np.inf), np.empty(BLOCK), np.empty(d)
    one, other, lengths = (
        np.empty(n_samples - 1, np.int64),
        np.empty(n_samples - 1, np.int64),
        np.empty(n_samples - 1),
    )
    place, n_left = 0, n_samples
    for edge in range(n_samples):
        if edge > 0:
            one[edge - 1], other[edge - 1] = source[place], numbers[place]
            lengths[edge - 1] = math.sqrt(best[place])
        number, own_core = numbers[place], core[place]
        n_left -= 1
        for j in range(d):
            row[j] = columns[j, place]
            columns[j, place] = columns[j, n_left]
        core[place], best[place] = core[n_left], best[n_left]
        numbers[place], source[place] = numbers[n_left], source[n_left]
        if n_left > 0:
            place = nearer(columns, core, row, own_core, n_left, best, source, number, scratch)
    return one, other, lengths


@compiled
def hierarchy(one: IntVector, other: IntVector) -> tuple[IntVector, IntVector, IntVector]:
    """Return left child, right child and size of each joint of a tree whose edges ascend.

    Nodes 0 … n − 1 are rows, node n + i is the joint of edge i; the last is the root.
    """
    n_edges = one.shape[0]
    n_samples = n_edges + 1
    left, right, sizes = np.empty(n_edges, np.int64), np.empty(n_edges, np.int64), np.empty(n_edges, np.int64)
    above = np.arange(n_samples + n_edges)
    for edge in range(n_edges):
        a, b = one[edge], other[edge]
        while above[a] != a:
            above[a] = above[above[a]]
            a = above[a]
        while above[b] != b:
            above[b] = above[above[b]]
            b = above[b]
        node = n_samples + edge
        left[edge], right[edge] = a, b
        above[a], above[b] = node, node
        sizes[edge] = (sizes[a - n_samples] if a >= n_samples else 1) + (
            sizes[b - n_samples] if b >= n_samples else 1
        )
    return left, right, sizes


@compiled
def condense(
    left: IntVector, right: IntVector, sizes: IntVector, densities: FloatVector, smallest: int
) -> tuple[IntVector, IntVector, FloatVector]:
    """Return each row's cluster in the condensed tree, and the clusters' parents and stabilities.

    A joint splits a cluster when both sides have ``smallest`` rows; a smaller side only falls off. A
    cluster's stability is the sum over its rows of (density at which the row leaves − density at which
    the cluster was born). Cluster 0 is the root; children come after their parents.
    """
    n_edges = left.shape[0]
    n_samples = n_edges + 1
    cluster = np.zeros(n_samples + n_edges, np.int64)
    fallen = np.zeros(n_samples + n_edges, np.bool_)
    parents, births = np.zeros(n_samples + 1, np.int64), np.zeros(n_samples + 1)
    stabilities, n_clusters = np.zeros(n_samples + 1), 1
    parents[0] = -1
    for edge in range(n_edges - 1, -1, -1):
        node = n_samples + edge
        own = cluster[node]
        a, b = left[edge], right[edge]
        size_a = sizes[a - n_samples] if a >= n_samples else 1
        size_b = sizes[b - n_samples] if b >= n_samples else 1
        splits = size_a >= smallest and size_b >= smallest
        for child, size in ((a, size_a), (b, size_b)):
            cluster[child] = own
            fallen[child] = fallen[node] or (size < smallest)
            if fallen[node]:
                continue
            if splits:
                cluster[child] = n_clusters
                parents[n_clusters], births[n_clusters] = own, densities[edge]
                n_clusters += 1
            if splits or size < smallest:
                stabilities[own] += size * (densities[edge] - births[own])
    return cluster[:n_samples], parents[:n_clusters], stabilities[:n_clusters]


@compiled
def most_stable(parents: IntVector, stabilities: FloatVector) -> IntVector:
    """Return for each cluster of a condensed tree the chosen cluster it lies in, or −1.

    Chosen are the disjoint clusters, never the root, whose stabilities add up to the most.
    """
    n_clusters = parents.shape[0]
    below, best = np.zeros(n_clusters), stabilities.copy()
    chosen = np.zeros(n_clusters, np.bool_)
    for cluster in range(n_clusters - 1, 0, -1):
        chosen[cluster] = not below[cluster] > stabilities[cluster]
        if not chosen[cluster]:
            best[cluster] = below[cluster]
        below[parents[cluster]] += best[cluster]
    lies_in = np.full(n_clusters, -1)
    for cluster in range(1, n_clusters):
        above = lies_in[parents[cluster]]
        lies_in[cluster] = above if above >= 0 else (cluster if chosen[cluster] else -1)
    return lies_in
