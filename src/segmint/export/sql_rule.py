"""A rule for new rows as SQL: how far a prepared row is from each segment, and how sure its place is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from segmint.errors import UsageError
from segmint.export.kept import kept_points
from segmint.export.quoting import number
from segmint.model.centers import CentersAssigner
from segmint.model.mixture import MixtureAssigner, inverse_cholesky
from segmint.model.placement import Assigner
from segmint.types import FloatMatrix, FloatVector, IntVector

MOST_TERMS = 3_000
"""Numbers that centers or components may hold: DuckDB plans longer expressions slowly."""
MOST_IN_POINTS = 50_000
"""Numbers that kept points may hold: they stand in tables of their own, and each row is compared with all."""
MOST_FEATURES = 500
"""Terms of one sum: DuckDB takes no expression that is nested a thousand deep."""

_LEAST_EXPONENT = "(-7e2)"  # e⁻⁷⁰⁰ adds nothing to 1, and PostgreSQL refuses what underflows


@dataclass(frozen=True)
class SqlRule:
    """A rule, written out.

    Attributes
    ----------
    distances
        For each label an expression over the features z1, z2, …; the least one wins, ties go to the lowest
        label. Squared distances, or of a mixture −log(wₖ pₖ(x)).
    caps
        For each label the largest distance at which a row still belongs; infinite where there is none.
    posterior
        Whether the confidence is a posterior probability, else the margin 1 − d₁/d₂.
    tables
        What the distances read beside the features: for each label its name, columns and rows.
    """

    distances: tuple[str, ...]
    caps: tuple[float, ...]
    posterior: bool = False
    tables: tuple[str, ...] = ()

    @property
    def capped(self) -> bool:
        """Whether a row may be left without a segment."""
        return any(math.isfinite(cap) for cap in self.caps)

    def confidence(self) -> str:
        """Return the confidence over ``near``, ``far`` and the distances d0, d1, …"""
        if self.posterior:
            terms = (
                f"EXP(GREATEST(near - d{label}, {_LEAST_EXPONENT}))" for label in range(len(self.distances))
            )
            return f"1e0 / ({' + '.join(terms)})"
        if len(self.distances) == 1:
            return "CAST(1e0 AS DOUBLE PRECISION)"
        margin = "GREATEST(0e0, LEAST(1e0, 1e0 - SQRT(near) / SQRT(far)))"
        return f"CASE WHEN far > 0e0 THEN {margin} ELSE 0e0 END"


def sql_rule(assigner: Assigner) -> SqlRule:
    """Return an assigner's rule as SQL, the sums in its own order.

    Raises
    ------
    UsageError
        If it would take more numbers than databases read well, or more than 500 features.

    Examples
    --------
    >>> sql_rule(CentersAssigner(np.array([[0.0], [4.0]]))).distances
    ('(z1 - 0.0e0) * (z1 - 0.0e0)', '(z1 - 4.0e0) * (z1 - 4.0e0)')
    """
    _refuse_large(assigner)
    if isinstance(assigner, MixtureAssigner):
        return SqlRule(_log_densities(assigner), (math.inf,) * assigner.n_clusters, posterior=True)
    if isinstance(assigner, CentersAssigner):
        return SqlRule(tuple(map(_squared, assigner.centers)), (math.inf,) * assigner.n_clusters)
    kept = kept_points(assigner)
    assert kept is not None  # there are no other rules
    return _nearest_point(kept.points, kept.labels, tuple(kept.caps.tolist()))


def _refuse_large(assigner: Assigner) -> None:
    n_terms = sum(array.size for array in assigner.arrays().values())
    most = MOST_TERMS if isinstance(assigner, CentersAssigner | MixtureAssigner) else MOST_IN_POINTS
    if n_terms > most or assigner.n_features > MOST_FEATURES:
        raise UsageError(
            "export.large", rule=str(assigner.rule()), n=n_terms, d=assigner.n_features, most=most,
            features=MOST_FEATURES,
        )  # fmt: skip


def _squared(point: FloatVector) -> str:
    """Return Σⱼ (zⱼ − pⱼ)²."""
    differences = [f"(z{j} - {number(value)})" for j, value in enumerate(point, start=1)]
    return " + ".join(f"{difference} * {difference}" for difference in differences)


def _nearest_point(points: FloatMatrix, labels: IntVector, caps: tuple[float, ...]) -> SqlRule:
    """Return the rule of the nearest kept point: each cluster's points are a table, and the least Σⱼ (zⱼ − pⱼ)² counts."""
    places = range(1, points.shape[1] + 1)
    squared = " + ".join(f"(z{j} - p{j}) * (z{j} - p{j})" for j in places)
    names = [f"segmint_points_{label}" for label in range(len(caps))]
    columns = ", ".join(f"p{j}" for j in places)
    tables = (
        f"{name}({columns}) AS (\n  VALUES\n    {_rows(points[labels == label])}\n)"
        for label, name in enumerate(names)
    )
    distances = (f"(SELECT MIN({squared}) FROM {name})" for name in names)
    return SqlRule(tuple(distances), caps, tables=tuple(tables))


def _rows(points: FloatMatrix) -> str:
    """Return points as rows of VALUES; casts in the first one tell PostgreSQL that no column holds decimals."""
    first, *others = ([number(value) for value in point] for point in points)
    typed = [f"CAST({value} AS DOUBLE PRECISION)" for value in first]
    return ",\n    ".join(f"({', '.join(row)})" for row in (typed, *others))


def _log_densities(rule: MixtureAssigner) -> tuple[str, ...]:
    """Return ½ m²ₖ − constantₖ, which is −log(wₖ pₖ(z)) with the constants of the mixture."""
    constants = np.diagonal(rule.log_joint(rule.means))  # at its own mean, m is 0
    return tuple(
        f"0.5e0 * ({_squared_mahalanobis(mean, whitening)}) - {number(constant)}"
        for mean, whitening, constant in zip(rule.means, _whitenings(rule), constants, strict=True)
    )


def _whitenings(rule: MixtureAssigner) -> list[FloatMatrix]:
    """Return for each component W = L⁻¹, or the inverse deviations."""
    if rule.covariance_type == "full":
        return [inverse_cholesky(covariance) for covariance in rule.covariances]
    if rule.covariance_type == "tied":
        return [inverse_cholesky(rule.covariances)] * rule.n_clusters
    deviations = 1.0 / np.sqrt(rule.covariances)
    return [np.broadcast_to(own, (rule.n_features,)) for own in deviations]


def _squared_mahalanobis(mean: FloatVector, whitening: FloatMatrix) -> str:
    """Return Σⱼ (Σ_{i ≤ j} Wⱼᵢ (zᵢ − μᵢ))², added in the order of i, then j."""
    differences = [f"(z{j} - {number(value)})" for j, value in enumerate(mean, start=1)]
    if whitening.ndim == 1:
        coordinates = [f"{d} * {number(own)}" for d, own in zip(differences, whitening, strict=True)]
    else:
        coordinates = [
            " + ".join(f"{differences[i]} * {number(whitening[j, i])}" for i in range(j + 1))
            for j in range(len(differences))
        ]
    return " + ".join(f"({coordinate}) * ({coordinate})" for coordinate in coordinates)
