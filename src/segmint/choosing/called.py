"""Configurations as people call them: by an id, or ``kmeans-6``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from segmint.choosing.trial import TrialRecord
from segmint.families.fit import Configuration
from segmint.families.table import FAMILIES


def could_be_called(wanted: str, configurations: Iterable[Configuration]) -> bool:
    """Return whether one of the configurations has this id, or is of the family and K that a name says.

    How many clusters DBSCAN and HDBSCAN find is not known before the fit: of them only ids are names.

    Examples
    --------
    >>> planned = [Configuration("kmeans", {"n_clusters": 3, "n_init": 10, "init": "k-means++"}, 0)]
    >>> [could_be_called(name, planned) for name in ("K-Means 3", "kmeans-4", "ward-3")]
    [True, False, False]
    """
    spoken = _spoken(wanted)
    return any(
        one.id == wanted or spoken in {f"{name}{_planned_number(one)}" for name in _names(one.family)}
        for one in configurations
    )


def _planned_number(configuration: Configuration) -> int | None:
    parameters = configuration.parameters
    number = parameters.get("n_clusters", parameters.get("n_components"))
    return None if number is None else int(number)


def find_called(wanted: str, trials: Sequence[TrialRecord]) -> str | None:
    """Return the id of the configuration that is meant, or ``None``.

    Parameters
    ----------
    wanted
        An id, or family and number of clusters: ``kmeans-6``, ``K-Means 6``. Where several configurations
        of a family gave that number, its best is meant: the lowest ICL of mixtures, of the others the highest
        silhouette less twice the share of noise.
    trials
        What was fitted.
    """
    if any(trial.configuration.id == wanted for trial in trials):
        return wanted
    able = [trial for trial in trials if trial.failed is None and _spoken(wanted) in _called(trial)]
    return min(able, key=_own_index).configuration.id if able else None


def _own_index(trial: TrialRecord) -> tuple[float, float]:
    """Return what is lowest for the best of a family."""
    icl, silhouette = trial.value("icl"), trial.value("silhouette")
    noise = trial.noise_share or 0.0
    return (0.0 if icl is None else icl, 2 * noise - (-1.0 if silhouette is None else silhouette))


def _called(trial: TrialRecord) -> set[str]:
    return {f"{name}{trial.n_clusters}" for name in _names(trial.configuration.family)}


def _names(family: str) -> set[str]:
    return {_spoken(family), _spoken(FAMILIES[family].title)}


def _spoken(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
