from __future__ import annotations

import itertools
import json
import os
import shutil
import stat
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs

from segmint.choosing.decision import Decision, Elbow, NullComparison, Resampling, Rival, Verdict
from segmint.choosing.study import FigureData, MapData, Provenance, Study
from segmint.choosing.study_files import (
    append_decision,
    load_created,
    load_head,
    load_study,
    save_study,
    study_id,
)
from segmint.choosing.trial import Trial
from segmint.drift.snapshot import build_snapshot
from segmint.errors import BundleError, NotFoundError
from segmint.families.fit import Configuration, Cost, Failure, Fit
from segmint.geometry.geometry import Geometry
from segmint.labels import canonical
from segmint.measure.silhouette import silhouette_samples
from segmint.measure.sweep import measure_sweep
from segmint.model.cards import SegmentCard
from segmint.model.centers import CentersAssigner
from segmint.model.ids import segment_id
from segmint.model.preparation import NumericStep, Preparation
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.model.segment_model import Manifest, SegmentModel
from segmint.words import sentence

NOTE = sentence("common.rows", n=90)
SCHEMA = Schema(tuple(Feature(name, Kind.NUMBER, Role.CLUSTER, reason=NOTE) for name in ("x", "y")))
STEPS = tuple(NumericStep(name, 0.0, -np.inf, np.inf, None, 0.0, 1.0) for name in ("x", "y"))
PREPARATION = Preparation(STEPS, {"x": (NOTE,)}, "none")


def same(a, b):
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if is_dataclass(a):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return a == b


def trials_of(X):
    fits = []
    for k in (2, 3, 4):
        centers = KMeans(k, n_init=3, random_state=0).fit(X).cluster_centers_
        labels = CentersAssigner(centers).place(X).labels
        rule = CentersAssigner(centers[np.argsort(-np.bincount(labels), kind="stable")])
        fits.append(
            Fit(
                Configuration("kmeans", {"n_clusters": k, "n_init": 3}, 0),
                canonical(rule.place(X).labels),
                rule,
                inertia=float(k),
                fitted_on=len(X),
                seconds=0.1 * k,
            )
        )
    scores = measure_sweep(Geometry(X), [fit.labels for fit in fits], seed=0)
    made = [
        Trial(fit, dict(found.scores), found.cluster_silhouettes)
        for fit, found in zip(fits, scores, strict=True)
    ]
    failed = Failure(Configuration("dbscan", {"eps": 0.1, "min_samples": 4}, 0), NOTE, 1, 0.9, 0.2)
    return [*made, Trial(failed)]


def model_of(X, fit):
    placement = fit.assigner.place(X)
    columns = {"x": X[:, 0], "y": X[:, 1]}
    return SegmentModel(
        manifest=Manifest(
            "shop", "kmeans", fit.configuration.id, dict(fit.configuration.parameters), 0, "f" * 64, "groups",
            1.0, None, None, None, 0, {"segmint": "0.1.0"},
        ),
        schema=SCHEMA,
        preparation=PREPARATION,
        assigner=fit.assigner,
        cards=tuple(
            SegmentCard(
                segment_id("shop", "", fit.configuration.id, label), label + 1, label, f"Segment {label}",
                False, int((fit.labels == label).sum()), float((fit.labels == label).mean()), {"x": 1.0},
                {"x": (1.0, 2.0, 3.0, 4.0, 5.0)}, {}, (), None, None, None, NOTE,
            )
            for label in range(fit.n_clusters)
        ),
        reference=build_snapshot(columns, SCHEMA, X, placement, fit.n_clusters),
        notices=(fit.assigner.rule(),),
    )  # fmt: skip


def decision_for(trial, runner_up):
    return Decision(
        verdict=Verdict.GROUPS,
        configuration=trial.configuration.id,
        family="kmeans",
        n_clusters=trial.fit.n_clusters,
        confidence=0.9,
        headline=NOTE,
        reasons=(NOTE,),
        doubts=(),
        runner_up=runner_up.configuration.id,
        rivals=(Rival(runner_up.configuration.id, "kmeans", 4, NOTE),),
        resampling=Resampling(
            10, 100, {trial.configuration.id: 9}, {trial.configuration.id: (0.9, 0.8, 1.0)},
            {trial.configuration.id: (0.5, 0.6)},
        ),
        nulls=(NullComparison("gaussian", "silhouette", 0.6, (0.1, 0.2), 0.01),),
        elbow=Elbow(3, 0.4, (0.5, 0.3)),
    )  # fmt: skip


@pytest.fixture(scope="module")
def study():
    X, _ = make_blobs(90, centers=3, random_state=0)
    trials = trials_of(X)
    finalists = [trials[1], trials[2]]
    confidence = finalists[0].fit.assigner.place(X).confidence
    confidence[3] = np.nan
    return Study(
        provenance=Provenance(
            "shop.csv", "shop", "f" * 64, 90, 2, 0, "segmint run shop.csv", {"segmint": "0.1.0"},
            Cost(1.5, 2e8), 3.25, "2026-01-02T03:04:05+00:00",
        ),
        schema=SCHEMA,
        preparation=PREPARATION,
        notices=(NOTE,),
        trials=tuple(trial.record() for trial in trials),
        finalists=tuple(trial.configuration.id for trial in finalists),
        decision=decision_for(*finalists),
        models={trial.configuration.id: model_of(X, trial.fit) for trial in finalists},
        figures=FigureData(
            map=MapData(
                X, ("x", "y"), False, 1.0, {t.configuration.id: t.fit.labels for t in finalists}, confidence, 90
            ),
            silhouette_rows={
                t.configuration.id: tuple(
                    np.sort(silhouette_samples(X, t.fit.labels)[t.fit.labels == label])
                    for label in range(t.fit.n_clusters)
                )
                for t in finalists
            },
            k_distance={4: np.sort(Geometry(X).core_distances(4)), 12: np.sort(Geometry(X).core_distances(12))},
        ),
    )  # fmt: skip


def test_a_study_comes_back_whole(study, tmp_path):
    folder = save_study(study, tmp_path / "studies")
    loaded = load_study(folder)
    for field in fields(Study):
        if field.name not in ("models", "trials"):
            assert same(getattr(loaded, field.name), getattr(study, field.name)), field.name
    assert loaded.trials == study.trials
    assert list(loaded.models) == list(study.models)
    for name, model in study.models.items():
        assert same(loaded.models[name].assigner.arrays(), model.assigner.arrays())
        assert same(replace(loaded.models[name], assigner=None), replace(model, assigner=None))
    assert loaded.winner == study.winner
    assert loaded.model is not None


def test_a_study_without_a_map_or_a_model(study, tmp_path):
    bare = replace(study, models={}, finalists=(), figures=FigureData(None, {}, {}))
    assert same(load_study(save_study(bare, tmp_path)), bare)


def test_the_folder_is_named_by_the_content(study, tmp_path):
    folder = save_study(study, tmp_path)
    assert folder.name == study_id(folder)
    assert len(folder.name) == 16
    other = save_study(replace(study, notices=()), tmp_path)
    assert other.name != folder.name


def test_equal_runs_give_one_study_whatever_the_clock_says(study, tmp_path):
    folder = save_study(study, tmp_path)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    later = replace(
        study,
        provenance=replace(
            study.provenance,
            created="2030-01-01T00:00:00+00:00",
            seconds=9.0,
            command="x",
            forecast=Cost(2, 3),
        ),
        trials=tuple(replace(trial, seconds=7.0) for trial in study.trials),
    )
    assert save_study(later, tmp_path) == folder
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    assert load_study(folder).provenance.seconds == 3.25


def test_a_moved_study_still_opens(study, tmp_path):
    folder = save_study(study, tmp_path / "a")
    moved = tmp_path / "elsewhere"
    shutil.move(folder, moved)
    assert study_id(moved) == folder.name
    assert load_study(moved).decision == study.decision


def test_later_decisions_are_added_and_nothing_is_rewritten(study, tmp_path):
    folder = save_study(study, tmp_path)
    first, second = study.finalists
    content = (folder / "study.json").read_bytes()
    for because, configuration in (("it is simpler", second), ("on second thoughts", first)):
        append_decision(
            folder, replace(study.decision, configuration=configuration, chosen_by="user", because=because)
        )
    assert load_study(folder).decision.because == "on second thoughts"
    assert load_study(folder).decision.configuration == first
    assert (folder / "study.json").read_bytes() == content
    assert sorted(path.name for path in (folder / "decisions").iterdir()) == ["0001.json", "0002.json"]
    assert study_id(folder) == folder.name
    assert save_study(study, tmp_path) == folder


def test_the_tenth_thousandth_decision_still_counts(study, tmp_path):
    folder = save_study(study, tmp_path)
    last = append_decision(folder, replace(study.decision, because="old"))
    last.rename(last.with_name("9999.json"))
    (folder / "decisions" / "notes.txt").write_text("not a decision")
    assert append_decision(folder, replace(study.decision, because="new")).name == "10000.json"
    assert load_study(folder).decision.because == "new"


def _files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_altered_and_missing_files_are_refused(study, tmp_path):
    folder = save_study(study, tmp_path / "studies")
    append_decision(folder, study.decision)
    for number, path in enumerate(_files(folder)):
        copy = tmp_path / f"copy {number}"
        shutil.copytree(folder, copy)
        (copy / path.relative_to(folder)).unlink()
        if path.parent.name != "decisions":
            with pytest.raises((BundleError, NotFoundError)):
                load_study(copy)
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        (copy / path.relative_to(folder)).write_bytes(bytes(data))
        if path.name == "run.json" or path.parent.name == "decisions":
            continue  # outside of the hash: their own spelling is checked below
        with pytest.raises(BundleError):
            load_study(copy)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"{}", b'{"decision": 1}', b'{"decision":{"verdict":"x"}}', b"\xff", b"[" * 10_000],
)
def test_damaged_files_outside_of_the_hash_are_refused(study, tmp_path, data):
    for name in ("run.json", "decisions/0001.json"):
        folder = save_study(study, tmp_path / name.replace("/", "_"))
        append_decision(folder, study.decision)
        (folder / name).write_bytes(data)
        with pytest.raises(BundleError):
            load_study(folder)


def test_a_head_needs_neither_models_nor_figures(study, tmp_path):
    folder = save_study(study, tmp_path)
    append_decision(folder, replace(study.decision, because="on second thoughts"))
    shutil.rmtree(folder / "models")
    (folder / "figures.safetensors").unlink()
    head = load_head(folder)
    assert (head.id, head.name, head.source, head.n_rows) == (folder.name, "shop", "shop.csv", 90)
    assert head.created == load_created(folder) == study.provenance.created
    assert head.decision.because == "on second thoughts"


@pytest.mark.parametrize("data", [None, b"", b"{", b"[]", b"{}", b'{"created":1}', b"\xff"])
@pytest.mark.parametrize("name", ["run.json", "study.json", "decisions/0001.json"])
def test_a_head_of_damaged_texts_is_refused(study, tmp_path, name, data):
    folder = save_study(study, tmp_path)
    append_decision(folder, study.decision)
    if data is not None:
        (folder / name).write_bytes(data)
    elif name.startswith("decisions"):
        (folder / name).write_bytes(b'{"decision":{}}')
    else:
        (folder / name).unlink()
    with pytest.raises((BundleError, NotFoundError)):
        load_head(folder)


def test_a_name_that_leaves_the_folder_is_refused(study, tmp_path):
    escaping = replace(study, models={"../../evil": next(iter(study.models.values()))})
    with pytest.raises(BundleError):
        save_study(escaping, tmp_path / "studies")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_study(tmp_path):
    with pytest.raises(NotFoundError):
        load_study(tmp_path)
    with pytest.raises(NotFoundError):
        study_id(tmp_path / "nowhere")


def test_a_save_that_fails_leaves_nothing(study, tmp_path, monkeypatch):
    calls = itertools.count()

    def full(handle):
        if stat.S_ISREG(os.fstat(handle).st_mode) and next(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("segmint.model.files.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        save_study(study, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_json_cannot_hold_are_kept_as_missing(study, tmp_path):
    odd = replace(study.trials[0], cluster_silhouettes=(float("nan"), float("inf")))
    loaded = load_study(save_study(replace(study, trials=(odd, *study.trials[1:])), tmp_path))
    assert loaded.trials[0].cluster_silhouettes == (None, None)


def test_the_description_is_plain_json(study, tmp_path):
    stored = json.loads((save_study(study, tmp_path) / "study.json").read_text(encoding="utf-8"))
    assert "created" not in stored["provenance"]
    assert [trial["seconds"] for trial in stored["trials"]] == [0.0] * 4
