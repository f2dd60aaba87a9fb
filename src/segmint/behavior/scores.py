"""Scores from one to five: in which fifth of the customers a value lies.

The thresholds are the quantiles (type 7 of Hyndman and Fan) at 20, 40, 60 and 80 % plus one, and a bin holds
its lower threshold: low ≤ x < high. So equal values have equal scores, and whole numbers that equal a quantile
belong below it. A small recency scores five.

References
----------
R package rfm, Rsquared Academy.
R. J. Hyndman, Y. Fan (1996). Sample Quantiles in Statistical Packages. The American Statistician 50(4), 361-365.
doi:10.1080/00031305.1996.10473566
"""

from __future__ import annotations

from typing import Final

from segmint.behavior.features import BehaviorFeature
from segmint.data.engine import Connection
from segmint.model.schema import Kind, Role

OPTION: Final = "scores"
_OF: Final = {"r_score": "recency", "f_score": "frequency", "m_score": "monetary"}
_SHARES = "[0.2, 0.4, 0.6, 0.8]"


def score_names(made: tuple[BehaviorFeature, ...]) -> tuple[BehaviorFeature, ...]:
    """Return the scores of the features that were made, without their formulas, which depend on the customers."""
    names = {one.name for one in made}
    scored = [score for score, name in _OF.items() if name in names]
    return tuple(map(_feature, [*scored, *(["rfm_score"] if len(scored) == len(_OF) else [])]))


def _feature(name: str, formula: str = "") -> BehaviorFeature:
    return BehaviorFeature(name, Kind.COUNT, Role.DESCRIBE, None, ("date",), formula, OPTION)


def score_features(connection: Connection, made: tuple[BehaviorFeature, ...]) -> tuple[BehaviorFeature, ...]:
    """Return the scores of the features that were made; ``rfm_score`` where all three are there."""
    formulas = {one.name: one.formula for one in made}
    scored = {
        score: _score(connection, formulas[name], falling=name == "recency")
        for score, name in _OF.items()
        if name in formulas
    }
    if len(scored) == len(_OF):
        r, f, m = scored.values()
        scored["rfm_score"] = f"100 * {r} + 10 * {f} + {m}"
    return tuple(_feature(name, formula) for name, formula in scored.items())


def _score(connection: Connection, formula: str, *, falling: bool) -> str:
    """Return the formula of one score: one and the number of thresholds that a value reaches."""
    found = connection.execute(f"SELECT quantile_cont(({formula})::DOUBLE, {_SHARES}) FROM sums").fetchall()
    thresholds = [
        round(value + 1.0, 9) for value in found[0][0] or ()
    ]  # sums have nine places; no hair above
    reached = " + ".join(f"(({formula}) >= {value!r}::DOUBLE)::INTEGER" for value in thresholds) or "0"
    return f"(5 - ({reached}))" if falling else f"(1 + {reached})"
