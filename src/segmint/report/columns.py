"""What each column is, what was done to it and why, and what was left out."""

from __future__ import annotations

from typing import Any

from segmint.choosing.study import Study
from segmint.model.schema import Feature, Role
from segmint.report.said import texts
from segmint.words import say
from segmint.words.numbers import MISSING, share
from segmint.words.sentences import closed


def data_section(study: Study) -> dict[str, Any]:
    """Return one row a column, the counts, and the notices."""
    roles = [feature.role for feature in study.schema]
    rule = () if study.model is None else study.model.notices
    return {
        "lede": say(
            "report.data.lede",
            rows=study.provenance.n_rows,
            columns=len(roles),
            used=roles.count(Role.CLUSTER),
            described=roles.count(Role.DESCRIBE),
            ignored=roles.count(Role.IGNORE),
            scaling=say(f"report.scalings.{study.preparation.scaling}"),
        ),
        "columns": [_column(study, feature) for feature in study.schema],
        "notices": texts((*study.notices, *rule)),
    }


def _column(study: Study, feature: Feature) -> dict[str, Any]:
    notes = study.preparation.notes.get(feature.name, ())
    done = texts((feature.reason, *notes)) if feature.reason not in notes else texts(notes)
    kind = say(f"report.kinds.{feature.kind.value}")
    return {
        "name": feature.name,
        "kind": f"{kind}, {feature.unit}" if feature.unit else kind,
        "role": say(f"report.roles.{feature.role.value}"),
        "used": feature.role is Role.CLUSTER,
        "missing": _missing(study, feature.name),
        "done": done,
        "given": feature.given,
    }


def _missing(study: Study, name: str) -> str:
    """Return the share of missing values, where the model knows it."""
    if study.model is None:
        return MISSING
    reference = study.model.reference
    known = reference.numbers.get(name) or reference.levels.get(name)
    return MISSING if known is None else share(known.missing_share) if known.missing_share else "0"


def assigner_rule(study: Study) -> str:
    """Return the rule for new rows in one sentence."""
    return "" if study.model is None else closed(str(study.model.assigner.rule()))
