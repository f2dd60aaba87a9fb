from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segmint import labels

some_labels = arrays(np.int64, st.integers(1, 40), elements=st.integers(-1, 5))


@given(some_labels)
def test_canonical_labels_are_ordered_by_size(values: np.ndarray) -> None:
    renamed = labels.canonical(values)
    sizes = labels.sizes(renamed)
    assert (np.diff(sizes) <= 0).all()
    assert labels.n_clusters(renamed) == labels.n_clusters(values)
    assert ((renamed == labels.NOISE) == (values == labels.NOISE)).all()


@given(some_labels, st.permutations(range(6)))
def test_canonical_labels_do_not_depend_on_names(values: np.ndarray, names: list[int]) -> None:
    other = np.where(values == labels.NOISE, labels.NOISE, np.asarray(names)[values])
    assert (labels.canonical(other) == labels.canonical(values)).all()


@given(some_labels)
def test_canonical_twice_is_canonical_once(values: np.ndarray) -> None:
    once = labels.canonical(values)
    assert (labels.canonical(once) == once).all()


def test_noise_is_never_a_cluster() -> None:
    values = np.array([-1, -1, 0, 1])
    assert labels.n_clusters(values) == 2
    assert labels.noise_share(values) == 0.5
    assert labels.sizes(values).tolist() == [1, 1]
