"""A study as plain data, apart what belongs to its content and what only to the moment it was made in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from segmint.choosing.decision import Decision
from segmint.choosing.study import FigureData, Provenance, Study
from segmint.choosing.trial import TrialRecord
from segmint.families.fit import Cost
from segmint.model.description import finite
from segmint.model.preparation import Preparation
from segmint.model.schema import Schema
from segmint.model.segment_model import SegmentModel
from segmint.words import Sentence

_CONTENT = ("source", "name", "fingerprint", "n_rows", "n_columns", "seed", "versions")


def describe(study: Study) -> dict[str, Any]:
    """Return what two equal runs have in common: no clock, no durations, no command line."""
    return {
        "provenance": {name: getattr(study.provenance, name) for name in _CONTENT},
        "schema": study.schema.to_json(),
        "preparation": study.preparation.to_json(),
        "notices": [notice.to_json() for notice in study.notices],
        "trials": [finite({**trial.to_json(), "seconds": 0.0}) for trial in study.trials],
        "finalists": list(study.finalists),
        "decision": finite(study.decision.to_json()),
    }


def describe_run(study: Study) -> dict[str, Any]:
    """Return what belongs to the moment: when, how long, by which command, on what forecast."""
    provenance = study.provenance
    return {
        "created": provenance.created,
        "seconds": provenance.seconds,
        "command": provenance.command,
        "forecast": finite({"seconds": provenance.forecast.seconds, "memory": provenance.forecast.memory}),
        "trial_seconds": [trial.seconds for trial in study.trials],
    }


def make(
    described: Mapping[str, Any],
    run: Mapping[str, Any],
    models: Mapping[str, SegmentModel],
    figures: FigureData,
) -> Study:
    """Make a study of what :func:`describe` and :func:`describe_run` gave."""
    trials = [TrialRecord.from_json(trial) for trial in described["trials"]]
    return Study(
        provenance=Provenance(
            **described["provenance"],
            created=run["created"],
            seconds=run["seconds"],
            command=run["command"],
            forecast=Cost(run["forecast"]["seconds"], run["forecast"]["memory"]),
        ),
        schema=Schema.from_json(described["schema"]),
        preparation=Preparation.from_json(described["preparation"]),
        notices=tuple(Sentence.from_json(notice) for notice in described["notices"]),
        trials=tuple(
            replace(trial, seconds=seconds)
            for trial, seconds in zip(trials, run["trial_seconds"], strict=True)
        ),
        finalists=tuple(described["finalists"]),
        decision=Decision.from_json(described["decision"]),
        models=models,
        figures=figures,
    )
