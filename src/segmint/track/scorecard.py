"""The scorecard of a study as a table of text."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, Final

from segmint.choosing.study import Study
from segmint.choosing.trial import TrialRecord

_BEFORE: Final = ("configuration", "family", "parameters", "n_clusters", "noise_share")
_AFTER: Final = ("agreement", "fitted_on", "seconds", "chosen", "failed")


def scorecard_csv(study: Study) -> str:
    """Return one line a configuration: what was asked for, what was measured, why it failed.

    The measures are columns by their own names; an undefined one is empty.
    """
    measures = list(dict.fromkeys(name for trial in study.trials for name in trial.scores))
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow([*_BEFORE, *measures, *_AFTER])
    for trial in study.trials:
        table.writerow(_row(trial, measures, chosen=trial.configuration.id == study.decision.configuration))
    return written.getvalue()


def _row(trial: TrialRecord, measures: list[str], *, chosen: bool) -> list[Any]:
    configuration = trial.configuration
    return [
        configuration.id,
        configuration.family,
        json.dumps(dict(configuration.parameters), sort_keys=True),
        trial.n_clusters,
        trial.noise_share,
        *(trial.value(name) for name in measures),
        trial.agreement,
        trial.fitted_on,
        trial.seconds,
        "yes" if chosen else "no",
        "" if trial.failed is None else str(trial.failed),
    ]
