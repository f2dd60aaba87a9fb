"""A person decides otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from segmint.choosing.called import find_called
from segmint.choosing.decision import Decision
from segmint.choosing.reasons import title
from segmint.choosing.trial import Trial, TrialRecord
from segmint.errors import NotFoundError
from segmint.words import sentence


def overrule(
    decision: Decision,
    trials: Sequence[Trial] | Sequence[TrialRecord],
    configuration: str,
    because: str | None,
) -> Decision:
    """Return the decision with a configuration that a person chose instead.

    Verdict and evidence stay: a choice does not make groups. The confidence is the share of resamples that
    the chosen one won, ``None`` where it did not compete.

    Parameters
    ----------
    decision
        The product's, or an earlier person's.
    trials
        The study's trials or their records.
    configuration
        A configuration that gave clusters: its id, or ``kmeans-6`` (see :func:`find_called`).
    because
        The person's reason, kept with the decision.

    Raises
    ------
    NotFoundError
        If no trial with clusters is called so.
    """
    records = [trial.record() if isinstance(trial, Trial) else trial for trial in trials]
    able = {r.configuration.id: r for r in records if r.failed is None and (r.n_clusters or 0) >= 1}
    found = find_called(configuration, tuple(able.values()))
    if found is None:
        raise NotFoundError("decision.no_such_configuration", wanted=configuration, n=len(able))
    configuration, chosen = found, able[found]
    family, resampling = chosen.configuration.family, decision.resampling
    wins = None if resampling is None else resampling.wins.get(configuration)
    return replace(
        decision,
        configuration=configuration,
        family=family,
        n_clusters=chosen.n_clusters or 1,
        confidence=None if wins is None or resampling is None else wins / resampling.n_resamples,
        headline=sentence("decision.headline.user.text", n=chosen.n_clusters, family=title(family)),
        reasons=(),
        doubts=(),
        runner_up=decision.configuration if decision.configuration != configuration else decision.runner_up,
        rivals=tuple(lost for lost in decision.rivals if lost.configuration != configuration),
        chosen_by="user",
        because=because,
    )
