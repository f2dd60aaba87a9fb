from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from segmint.choosing.study import Study
from segmint.choosing.trial import Trial
from segmint.families.fit import Fit
from segmint.measure.score import Score
from segmint.model.centers import CentersAssigner
from segmint.track.describe import describe
from segmint.track.items import BytesArtifact, Item, Metric, Param, RunItem, Tag, TextArtifact, content


def runs(items: list[Item]) -> list[tuple[RunItem, list[Item]]]:
    grouped: list[tuple[RunItem, list[Item]]] = []
    for item in items:
        if isinstance(item, RunItem):
            grouped.append((item, []))
        else:
            grouped[-1][1].append(item)
    return grouped


def params(items: list[Item]) -> dict[str, str]:
    return {item.name: item.value for item in items if isinstance(item, Param)}


def metrics(items: list[Item]) -> dict[str, float]:
    return {item.name: item.value for item in items if isinstance(item, Metric)}


def tags(items: list[Item]) -> dict[str, str]:
    return {item.name: item.value for item in items if isinstance(item, Tag)}


def files(items: list[Item]) -> dict[str, bytes]:
    return {item.path: content(item) for item in items if isinstance(item, (TextArtifact, BytesArtifact))}


def test_every_configuration_is_a_child_of_the_one_parent(study: Study) -> None:
    (parent, _), *children = runs(list(describe(study)))
    assert parent.parent is None
    assert [item.key for item, _ in children] == [trial.configuration.id for trial in study.trials]
    assert {item.parent for item, _ in children} == {parent.key}


def test_a_child_says_what_was_asked_and_what_was_measured(study: Study) -> None:
    _, *children = runs(list(describe(study)))
    trial, (item, held) = study.trials[4], children[4]
    assert item.name == "K-Means · K = 5"
    assert params(held) == {
        "K": "5", "Algorithm": "K-Means", "seed": "0", "scaling": "standard",
        "n_init": "3", "init": "k-means++",
    }  # fmt: skip
    measured = metrics(held)
    assert measured["Inertia"] == trial.value("inertia")
    assert measured["Silhouette"] == trial.value("silhouette")
    assert {"CalinskiHarabasz", "DaviesBouldin", "noise_share", "agreement", "seconds"} <= set(measured)


def test_an_undefined_measure_is_left_out_and_one_cluster_is_no_failure(study: Study) -> None:
    _, *children = runs(list(describe(study)))
    item, held = children[0]
    assert params(held)["K"] == "1"
    assert "Silhouette" not in metrics(held)
    assert item.outcome == "finished"


def test_a_mixture_has_its_criteria_and_its_own_parameters(study: Study) -> None:
    item, held = runs(list(describe(study)))[1 + 10 + 4]
    assert params(held)["Algorithm"] == "Gaussian mixture"
    assert params(held)["covariance_type"] == "full"
    assert {"BIC", "AIC", "LogLikelihood"} <= set(metrics(held))
    assert "K = 5" in item.name


def test_a_density_family_shows_the_clusters_it_found(study: Study) -> None:
    _, *children = runs(list(describe(study)))
    at = next(i for i, t in enumerate(study.trials) if t.configuration.family == "dbscan" and not t.failed)
    assert params(children[at][1])["K"] == str(study.trials[at].n_clusters)


def test_a_failed_configuration_is_a_failed_run_with_its_reason(study: Study) -> None:
    _, *children = runs(list(describe(study)))
    failed = [(item, held) for item, held in children if item.outcome == "failed"]
    assert len(failed) == sum(trial.failed is not None for trial in study.trials) > 0
    assert all(tags(held)["segmint.failed"] for _, held in failed)


def test_the_chosen_one_is_marked(study: Study) -> None:
    _, *children = runs(list(describe(study)))
    chosen = [item.key for item, held in children if tags(held)["segmint.chosen"] == "true"]
    assert chosen == [study.decision.configuration]


def test_a_cluster_of_fewer_than_five_rows_has_no_center(study: Study) -> None:
    X = np.array([[float(i), 1.0] for i in range(8)] + [[77.25, 88.5]])
    rule = CentersAssigner(np.array([X[:8].mean(axis=0), X[8]]))
    fit = Fit(study.trials[1].configuration, rule.place(X).labels, rule)
    alone = replace(study, trials=(Trial(fit).record(),))
    _, (_, items) = runs(list(describe(alone)))
    held = json.loads(files(items)["centers.json"])
    assert held["sizes"] == [8, 1]
    assert held["centers"] == [X[:8].mean(axis=0).tolist(), None]
    assert [[values[0] is None, values[1]] for values in held["original_units"].values()] == [
        [False, None]
    ] * 2


def test_centers_are_given_in_original_units_too(study: Study) -> None:
    _, *children = runs(list(describe(study)))
    held = json.loads(files(children[4][1])["centers.json"])
    trial = study.trials[4]
    back = study.preparation.backward(np.array(trial.centers))
    assert held["centers"] == [list(row) for row in trial.centers or ()]
    assert held["original_units"]["income"] == pytest.approx(back["income"])
    assert held["sizes"] == list(trial.cluster_sizes)
    with_centers = [t.configuration.id for t in study.trials if t.centers is not None]
    assert [item.key for item, items in children if "centers.json" in files(items)] == with_centers


def test_the_parent_has_decision_cards_scorecard_and_attachments(study: Study) -> None:
    picture = {"charts/elbow.png": b"\x89PNG"}
    parent = files(runs(list(describe(study, attachments=picture)))[0][1])
    assert set(parent) == {
        "decision.json", "cards.json", "scorecard.json", "scorecard.csv", "charts/elbow.png"
    }  # fmt: skip
    assert json.loads(parent["decision.json"])["configuration"] == study.decision.configuration
    table = list(csv.DictReader(io.StringIO(parent["scorecard.csv"].decode())))
    assert [row["configuration"] for row in table] == [t.configuration.id for t in study.trials]
    assert float(table[4]["silhouette"]) == study.trials[4].value("silhouette")
    assert [row["configuration"] for row in table if row["chosen"] == "yes"] == [study.decision.configuration]


def test_no_password_leaves(study: Study) -> None:
    assert "secret" in study.provenance.source
    assert "secret" not in repr(list(describe(study)))


def test_the_same_study_gives_the_same_items(study: Study) -> None:
    assert list(describe(study)) == list(describe(study))
    assert runs(list(describe(study, study_id="abc")))[0][0].key == "abc"


def test_a_sampled_measure_brings_its_error_and_infinite_values_stay_away(small_study: Study) -> None:
    trial = replace(
        small_study.trials[1],
        scores={"silhouette": Score(0.5, 0.01, 100), "dbcv": Score(float("inf"), None, 9)},
    )
    measured = metrics(runs(list(describe(replace(small_study, trials=(trial,)))))[1][1])
    assert measured["SilhouetteStandardError"] == 0.01
    assert "DBCV" not in measured
