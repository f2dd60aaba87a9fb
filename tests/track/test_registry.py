from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from mlflow import MlflowClient

from segmint.choosing.study import Study
from segmint.errors import BundleError, NotFoundError, TrackingError, UsageError
from segmint.model.assignment import RESULT_COLUMNS, assign
from segmint.model.bundle import content_hash, load_bundle, save_bundle
from segmint.model.segment_model import SegmentModel
from segmint.model.signature import Signature
from segmint.track.describe import describe
from segmint.track.registry import SIGNATURE_TAG, keep_signature, pin, register, resolve, versions
from segmint.track.store import repoint, tracking_uri
from segmint.track.writer import send
from segmint.workflow import signing


def model_of(study: Study) -> SegmentModel:
    assert study.model is not None
    return study.model


@pytest.fixture
def run_id(uri: str, small_study: Study) -> str:
    return send(describe(small_study), uri=uri, experiment="customers").run_id


def bundle_of(model: SegmentModel, path: Path) -> Path:
    save_bundle(model, path)
    return path


@pytest.fixture
def bundle(tmp_path: Path, small_study: Study) -> Path:
    return bundle_of(model_of(small_study), tmp_path / "customers.segmint")


@pytest.fixture
def renamed(tmp_path: Path, small_study: Study) -> Path:
    return bundle_of(model_of(small_study).renamed("S1", "Regulars"), tmp_path / "renamed.segmint")


def test_the_first_version_is_champion_and_challenger(uri: str, run_id: str, bundle: Path) -> None:
    made = register(bundle, name="customers", uri=uri, run_id=run_id)
    assert (made.version, made.created, made.run_id) == (1, True, run_id)
    assert set(made.aliases) == {"champion", "challenger"}
    assert made.content_hash == content_hash(bundle)


def test_later_versions_challenge_only(uri: str, run_id: str, bundle: Path, renamed: Path) -> None:
    register(bundle, name="customers", uri=uri, run_id=run_id)
    second = register(renamed, name="customers", uri=uri, run_id=run_id)
    assert (second.version, second.aliases) == (2, ("challenger",))
    assert [version.aliases for version in versions("customers", uri=uri)] == [
        ("champion",),
        ("challenger",),
    ]


def test_the_same_bundle_again_is_the_same_version(
    uri: str, run_id: str, bundle: Path, renamed: Path, tmp_path: Path
) -> None:
    first = register(bundle, name="customers", uri=uri, run_id=run_id)
    register(renamed, name="customers", uri=uri, run_id=run_id)
    copy = shutil.copyfile(bundle, tmp_path / "copy.segmint")
    again = register(copy, name="customers", uri=uri, run_id=run_id)
    assert (again.version, again.created, again.aliases) == (first.version, False, ("champion",))
    assert len(versions("customers", uri=uri)) == 2


def test_a_promoted_champion_stays(uri: str, run_id: str, bundle: Path, renamed: Path) -> None:
    register(bundle, name="customers", uri=uri, run_id=run_id)
    register(renamed, name="customers", uri=uri, run_id=run_id)
    MlflowClient(uri, uri).set_registered_model_alias("customers", "champion", "2")
    register(bundle, name="customers", uri=uri, run_id=run_id)
    assert MlflowClient(uri, uri).get_model_version_by_alias("customers", "champion").version in (2, "2")


def test_it_loads_with_mlflow_and_predicts_a_frame(
    uri: str, run_id: str, bundle: Path, small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(bundle, name="customers", uri=uri, run_id=run_id)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    loaded = mlflow.pyfunc.load_model("models:/customers@champion")
    frame = pd.DataFrame(
        {
            "spending score": [40, 55, 62],  # whole numbers, in another order than in training
            "customer": ["a", "b", "c"],
            "income": [20.5, np.nan, 71.0],
        },
        index=[7, 8, 9],
    )
    said = loaded.predict(frame)
    model = model_of(small_study)
    columns = {"income": frame["income"].to_numpy(), "spending score": np.array([40.0, 55.0, 62.0])}
    expected = assign(model, columns, np.array(["7", "8", "9"], dtype=object))
    assert said["segment_id"].tolist() == expected.segment_ids.tolist()
    assert said["segment_name"].tolist() == expected.segment_names.tolist()
    assert said["runner_up"].tolist() == expected.runner_up.tolist()
    np.testing.assert_array_equal(said["confidence"], expected.confidence)
    np.testing.assert_array_equal(said["novelty"], expected.novelty)
    assert said.index.tolist() == [7, 8, 9]
    assert list(said) == list(RESULT_COLUMNS) == loaded.metadata.signature.outputs.input_names()
    told = {"string": str, "double": float}
    types = [told[kind.name] for kind in loaded.metadata.signature.outputs.input_types()]
    assert types == list(RESULT_COLUMNS.values())


def test_the_model_holds_our_bundle_and_no_pickle(uri: str, run_id: str, bundle: Path) -> None:
    register(bundle, name="customers", uri=uri, run_id=run_id)
    client = MlflowClient(uri, uri)
    folder = Path(client.get_model_version_download_uri("customers", "1"))
    held = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert held == {
        "MLmodel",
        "conda.yaml",
        "data/model.segmint",
        "python_env.yaml",
        "requirements.txt",
    }
    assert (folder / "data/model.segmint").read_bytes() == bundle.read_bytes()
    assert any(line.startswith("segmint==") for line in (folder / "requirements.txt").read_text().split())


def test_the_model_is_linked_with_its_run(uri: str, run_id: str, bundle: Path) -> None:
    register(bundle, name="customers", uri=uri, run_id=run_id)
    client = MlflowClient(uri, uri)
    (output,) = client.get_run(run_id).outputs.model_outputs
    logged = client.get_logged_model(output.model_id)
    assert (logged.name, logged.source_run_id, logged.status.value) == ("customers", run_id, "READY")
    assert json.loads(logged.tags["mlflow.modelVersions"]) == [{"name": "customers", "version": "1"}]


@pytest.mark.parametrize("reference", ["models:/customers@champion", "models:/customers/1"])
def test_a_reference_is_resolved_to_the_bundle(
    uri: str, run_id: str, bundle: Path, tmp_path: Path, reference: str
) -> None:
    register(bundle, name="customers", uri=uri, run_id=run_id)
    found = resolve(reference, uri=uri, cache=tmp_path / "cache")
    assert found.read_bytes() == bundle.read_bytes()


def test_a_registered_model_survives_a_move(
    uri: str, run_id: str, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(bundle, name="customers", uri=uri, run_id=run_id)
    shutil.move(tmp_path / "workspace", tmp_path / "moved")
    repoint(tmp_path / "moved")
    uri = tracking_uri(tmp_path / "moved", None)
    found = resolve("models:/customers@champion", uri=uri, cache=tmp_path / "cache")
    assert found.is_relative_to(tmp_path / "moved")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    frame = pd.DataFrame({"income": [20.5], "spending score": [40.0]})
    assert len(mlflow.pyfunc.load_model("models:/customers/1").predict(frame)) == 1


@pytest.mark.parametrize(
    "reference", ["customers", "models:/customers", "models:/customers@", "models:/a/b/1", "runs:/1/model"]
)
def test_another_form_of_reference_is_a_usage_error(uri: str, tmp_path: Path, reference: str) -> None:
    with pytest.raises(UsageError, match="models:/NAME@ALIAS"):
        resolve(reference, uri=uri, cache=tmp_path)


def test_what_is_not_there_is_said_with_what_is(uri: str, run_id: str, bundle: Path, tmp_path: Path) -> None:
    register(bundle, name="customers", uri=uri, run_id=run_id)
    with pytest.raises(NotFoundError, match="there are: customers"):
        resolve("models:/players@champion", uri=uri, cache=tmp_path)
    with pytest.raises(NotFoundError, match="1, @challenger, @champion"):
        resolve("models:/customers@canary", uri=uri, cache=tmp_path)
    with pytest.raises(NotFoundError, match="“7”"):
        resolve("models:/customers/7", uri=uri, cache=tmp_path)


def test_a_bundle_altered_in_the_store_is_refused(
    uri: str, run_id: str, bundle: Path, renamed: Path, tmp_path: Path
) -> None:
    register(bundle, name="customers", uri=uri, run_id=run_id)
    held = resolve("models:/customers/1", uri=uri, cache=tmp_path / "cache")
    held.write_bytes(renamed.read_bytes())
    with pytest.raises(BundleError, match="not the one that was registered"):
        resolve("models:/customers/1", uri=uri, cache=tmp_path / "cache")


def test_a_file_that_is_no_bundle_leaves_nothing_behind(uri: str, run_id: str, tmp_path: Path) -> None:
    (tmp_path / "other.segmint").write_bytes(b"something else")
    with pytest.raises(BundleError):
        register(tmp_path / "other.segmint", name="customers", uri=uri, run_id=run_id)
    client = MlflowClient(uri, uri)
    assert client.search_model_versions("name = 'customers'") == []
    assert client.search_logged_models([client.get_run(run_id).info.experiment_id]) == []


def test_a_name_that_cannot_be_one_is_refused(uri: str, run_id: str, bundle: Path) -> None:
    with pytest.raises(UsageError):
        register(bundle, name="a/b", uri=uri, run_id=run_id)


def test_a_run_that_is_not_there_is_said(uri: str, bundle: Path) -> None:
    with pytest.raises(TrackingError, match="did not take"):
        register(bundle, name="customers", uri=uri, run_id="0" * 32)


REGISTER = """
import sys
from pathlib import Path
from segmint.track.registry import register
uri, run_id, bundle = sys.argv[1:]
print("ready", flush=True)
input()
print(register(Path(bundle), name="customers", uri=uri, run_id=run_id).version)
"""


@pytest.mark.slow
def test_two_processes_that_register_one_bundle_give_one_version(
    uri: str, run_id: str, bundle: Path, at_once: Callable[[str, list[list[str]]], list[str]]
) -> None:
    said = at_once(REGISTER, [[uri, run_id, str(bundle)]] * 2)
    (only,) = versions("customers", uri=uri)
    assert {int(number) for number in said} == {only.version}
    assert set(only.aliases) == {"champion", "challenger"}


@pytest.mark.slow
def test_two_processes_that_register_two_bundles_give_two_versions(
    uri: str, run_id: str, bundle: Path, renamed: Path, at_once: Callable[[str, list[list[str]]], list[str]]
) -> None:
    at_once(REGISTER, [[uri, run_id, str(bundle)], [uri, run_id, str(renamed)]])
    first, second = versions("customers", uri=uri)
    assert (first.aliases, second.aliases) == (("champion",), ("challenger",))


def test_registering_and_loading_print_nothing(uri: str, run_id: str, bundle: Path, tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from segmint.track.registry import register, resolve
register(Path(sys.argv[3]), name="customers", uri=sys.argv[1], run_id=sys.argv[2])
resolve("models:/customers@champion", uri=sys.argv[1], cache=Path("cache"))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, uri, run_id, str(bundle)],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_is_loaded_equals_what_was_saved(uri: str, run_id: str, bundle: Path, tmp_path: Path) -> None:
    register(bundle, name="customers", uri=uri, run_id=run_id)
    found = load_bundle(resolve("models:/customers@champion", uri=uri, cache=tmp_path))
    assert replace(found.manifest) == load_bundle(bundle).manifest


# ------------------------------------------------------------------------------------------- signing

SIGNATURE = Signature("0" * 16, 1, "9" * 128)


def test_a_signature_is_kept_by_the_version_of_its_content(
    uri: str, run_id: str, bundle: Path, renamed: Path
) -> None:
    for path in (bundle, renamed):
        register(path, name="customers", uri=uri, run_id=run_id)
    assert pin("models:/customers@champion", uri=uri) == "models:/customers/1"
    keep_signature("models:/customers/1", content_hash(bundle), SIGNATURE, uri=uri)
    with pytest.raises(BundleError) as refused:
        keep_signature("models:/customers/1", content_hash(renamed), replace(SIGNATURE, version=2), uri=uri)
    assert refused.value.code == "track.altered"
    kept = MlflowClient(uri, uri).get_model_version("customers", "1").tags[SIGNATURE_TAG]
    assert json.loads(kept) == SIGNATURE.to_json()


def test_an_alias_that_moves_meanwhile_signs_no_other_version(
    uri: str, run_id: str, bundle: Path, renamed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (bundle, renamed):
        register(path, name="customers", uri=uri, run_id=run_id)
    client = MlflowClient(uri, uri)
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    key = tmp_path / "signing.pem"
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    read = signing.read_bundle

    def read_while_it_moves(path: Path) -> bytes:
        client.set_registered_model_alias("customers", "champion", "2")
        return read(path)

    monkeypatch.setattr(signing, "read_bundle", read_while_it_moves)
    signed = signing.sign_model("models:/customers@champion", tmp_path / "workspace", key, tracking_uri=uri)
    assert signed.content == content_hash(bundle)
    assert SIGNATURE_TAG in client.get_model_version("customers", "1").tags
    assert SIGNATURE_TAG not in client.get_model_version("customers", "2").tags


ALIAS = """
import sys
from segmint.track.registry import set_alias
from segmint.track.imported import MlflowClient
uri, number = sys.argv[1:]
client = MlflowClient(uri, uri)
client.get_registered_model("customers")
print("ready", flush=True)
input()
for round in range(30):
    set_alias(client, "customers", f"round{round}", int(number))
"""


@pytest.mark.slow
def test_processes_that_set_one_alias_at_once_all_succeed(
    uri: str, at_once: Callable[[str, list[list[str]]], list[str]]
) -> None:
    client = MlflowClient(uri, uri)
    client.create_registered_model("customers")
    for number in (1, 2):
        client.create_model_version("customers", source=f"file:///nowhere/{number}")
    at_once(ALIAS, [[uri, "1"], [uri, "2"]])
    assert len(client.get_registered_model("customers").aliases) == 30
