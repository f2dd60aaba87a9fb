from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.store.db.utils import _initialize_tables, create_sqlalchemy_engine

from segmint.choosing.study import Study
from segmint.errors import TrackingError
from segmint.track.creation import prepare_store
from segmint.track.describe import describe
from segmint.track.store import database_file, repoint, tracking_uri
from segmint.track.writer import send


def columns_of(database: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(database)) as connection:
        tables = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: sorted(connection.execute(f'PRAGMA table_info("{name}")').fetchall()) for name in tables
        }


def test_a_fresh_store_is_what_mlflow_itself_would_make(tmp_path: Path) -> None:
    made = prepare_store(tmp_path / "workspace")
    engine = create_sqlalchemy_engine(f"sqlite:///{tmp_path / 'own.db'}")
    _initialize_tables(engine)
    engine.dispose()
    assert columns_of(made) == columns_of(tmp_path / "own.db")
    with closing(sqlite3.connect(made)) as ours, closing(sqlite3.connect(tmp_path / "own.db")) as own:
        revision = "SELECT version_num FROM alembic_version"
        indices = "SELECT name, tbl_name FROM sqlite_master WHERE type IN ('index', 'trigger') ORDER BY name"
        assert ours.execute(revision).fetchall() == own.execute(revision).fetchall()
        assert ours.execute(indices).fetchall() == own.execute(indices).fetchall()


def test_a_fresh_store_writes_ahead(tmp_path: Path) -> None:
    database = prepare_store(tmp_path)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_store_that_is_there_is_left_alone(tmp_path: Path) -> None:
    before = prepare_store(tmp_path).read_bytes()
    assert prepare_store(tmp_path).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db"]


def test_the_workspace_has_its_own_address_unless_another_is_given(tmp_path: Path) -> None:
    uri = tracking_uri(tmp_path, None)
    assert database_file(uri) == tmp_path.resolve() / "mlflow.db"
    assert tracking_uri(tmp_path, "http://tracking:5000") == "http://tracking:5000"


@pytest.mark.parametrize("name", ["100% ours", "what?", "a#b"])
def test_a_folder_that_no_address_can_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(TrackingError, match="Rename the folder"):
        tracking_uri(tmp_path / name, None)


@pytest.mark.parametrize("name", ["a b", "clients été", "it's & more"])
def test_folders_with_unusual_names_work(tmp_path: Path, small_study: Study, name: str) -> None:
    uri = tracking_uri(tmp_path / name, None)
    sent = send(describe(small_study), uri=uri, experiment="customers")
    client = MlflowClient(uri, uri)
    assert "decision.json" in {artifact.path for artifact in client.list_artifacts(sent.run_id)}
    location = Path(client.get_run(sent.run_id).info.artifact_uri)
    assert location.is_relative_to(tmp_path / name / "artifacts")
    assert (location / "decision.json").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize("names", [("before", "after"), ("été 1", "été 2/deeper")])
def test_a_moved_workspace_still_works(tmp_path: Path, small_study: Study, names: tuple[str, str]) -> None:
    before, after = (tmp_path / name for name in names)
    sent = send(describe(small_study), uri=tracking_uri(before, None), experiment="customers")
    after.parent.mkdir(exist_ok=True)
    shutil.move(before, after)
    assert repoint(after) >= 12  # two experiments and eleven runs
    assert repoint(after) == 0
    uri = tracking_uri(after, None)
    client = MlflowClient(uri, uri)
    for run in client.search_runs([sent.experiment_id]):
        assert Path(run.info.artifact_uri).is_relative_to(after)
        assert client.list_artifacts(run.info.run_id)
    assert not before.exists()
    again = send(describe(small_study), uri=uri, experiment="customers")
    assert (again.run_id, again.n_runs) == (sent.run_id, 0)


def test_sending_to_a_moved_workspace_repoints_it_too(tmp_path: Path, small_study: Study) -> None:
    send(describe(small_study), uri=tracking_uri(tmp_path / "a", None), experiment="customers")
    shutil.move(tmp_path / "a", tmp_path / "b")
    uri = tracking_uri(tmp_path / "b", None)
    sent = send(describe(small_study), uri=uri, experiment="customers", force=True)
    assert Path(MlflowClient(uri, uri).get_run(sent.run_id).info.artifact_uri).is_relative_to(tmp_path / "b")
    assert not (tmp_path / "a").exists()


def test_only_locations_inside_the_workspace_are_rewritten(tmp_path: Path) -> None:
    prepare_store(tmp_path / "a")
    uri = tracking_uri(tmp_path / "a", None)
    client = MlflowClient(uri, uri)
    elsewhere = client.create_experiment("elsewhere", f"{tmp_path}/ab/artifacts")
    shutil.move(tmp_path / "a", tmp_path / "c")
    assert repoint(tmp_path / "c") == 1
    uri = tracking_uri(tmp_path / "c", None)
    assert MlflowClient(uri, uri).get_experiment(elsewhere).artifact_location == f"{tmp_path}/ab/artifacts"


def test_a_folder_without_a_database_needs_nothing(tmp_path: Path) -> None:
    assert repoint(tmp_path) == 0


def test_a_database_that_segmint_did_not_make_is_left_alone(tmp_path: Path) -> None:
    engine = create_sqlalchemy_engine(f"sqlite:///{tmp_path / 'mlflow.db'}")
    _initialize_tables(engine)
    engine.dispose()
    assert repoint(tmp_path) == 0


def test_a_damaged_database_is_an_error_that_teaches(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_bytes(b"not a database, but long enough to be taken for one" * 100)
    with pytest.raises(TrackingError, match="segmint track"):
        repoint(tmp_path)
