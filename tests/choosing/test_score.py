from __future__ import annotations

from collections.abc import Callable

from segmint.choosing.candidates import find_candidates
from segmint.choosing.indices import Indices, take_indices
from segmint.choosing.score import TIE, common_score, family_bests, own_score, ranking


def test_noise_and_tiny_clusters_lower_the_common_score() -> None:
    clean = Indices(silhouette=0.5, contrast=0.3, icl=None, noise=0.0, tiny=0.0)
    noisy = Indices(silhouette=0.5, contrast=0.3, icl=None, noise=0.1, tiny=0.0)
    tiny = Indices(silhouette=0.5, contrast=0.3, icl=None, noise=0.0, tiny=0.5)
    assert common_score(clean) > common_score(noisy)
    assert common_score(clean) > common_score(tiny)


def test_each_family_names_its_best_by_its_own_index(swept: Callable) -> None:
    geometry, trials = swept("blobs")
    candidates = find_candidates(trials)
    indices = take_indices(geometry, candidates, seed=0)
    for family, best in family_bests(candidates, indices).items():
        own = [own_score(c, i) for c, i in zip(candidates, indices, strict=True) if c.family == family]
        assert own_score(candidates[best], indices[best]) == max(own)


def test_what_is_not_found_again_lowers_the_common_score() -> None:
    indices = Indices(silhouette=0.5, contrast=0.3, icl=None, noise=0.0, tiny=0.0)
    assert common_score(indices) == common_score(indices, 1.0) > common_score(indices, 0.6)


def test_ties_go_to_the_first_family() -> None:
    bests = {"kmeans": 0, "ward": 1}
    assert ranking(bests, [0.5, 0.5 + TIE / 2])[0] == 0
    assert ranking(bests, [0.5, 0.5 + 2 * TIE])[0] == 1


def test_ties_go_to_the_table_of_families_whoever_comes_first(swept: Callable) -> None:
    """After the draws the finalists come with the leader of before in front: Ward, say."""
    geometry, trials = swept("blobs")
    candidates = [c for c in find_candidates(trials) if c.n_clusters == 3]
    turned = sorted(candidates, key=lambda c: c.family, reverse=True)
    bests = family_bests(turned, take_indices(geometry, turned, seed=0))
    assert turned[ranking(bests, [0.5] * len(turned))[0]].family == "kmeans"


def test_moons_are_won_by_a_density_family(swept: Callable) -> None:
    geometry, trials = swept("moons")
    candidates = find_candidates(trials)
    indices = take_indices(geometry, candidates, seed=0)
    scores = [common_score(its) for its in indices]
    winner = candidates[ranking(family_bests(candidates, indices), scores)[0]]
    assert winner.family in ("dbscan", "hdbscan")
    assert winner.n_clusters == 2
