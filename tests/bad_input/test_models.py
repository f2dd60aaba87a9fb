"""Models: what cannot be clustered, how they may be called, and rows that do not fit them."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from bad_input_doors import SECRET, cases, groups, raised, running, said

import segmint
from segmint.choosing.forecast import machine_memory
from segmint.model.bundle import to_bytes
from segmint.workflow.assign import assign_source
from segmint.workflow.studies import chosen_model

EQUAL = {
    "numbers": "id,a,b\n" + "".join(f"{SECRET}{n},5,7\n" for n in range(12)),
    "flags and categories": "id,vip,plan\n" + "".join(f"{SECRET}{n},yes,{SECRET}\n" for n in range(12)),
}


def test_more_clusters_than_distinct_rows_fail_as_values(wide: Any) -> None:
    failed = {trial["parameters"]["n_clusters"]: trial["failed"] for trial in wide.shown["configurations"]}
    assert failed[1] is failed[2] is None
    assert "9 clusters" in failed[9] and "8 different rows" in failed[9]
    assert [trial.failed is None for trial in wide.study.trials] == [True, True, False]


def test_a_run_in_which_every_configuration_fails_is_refused(both: Any) -> None:
    table = both.write("a,b\n" + "".join(f"{n % 3}.5,{(n * 7) % 3}.25\n" for n in range(30)))
    raised(lambda: segmint.study(segmint.read(table), running((4, 5))))


@pytest.mark.parametrize("kind", cases(EQUAL, "flags and categories"))
def test_equal_rows_are_an_answer(both: Any, kind: str) -> None:
    table = both.write(EQUAL[kind])
    study, shown = both.study(table)
    said(study, "prepare.notice.all_same")
    decision = shown["decision"]
    assert (decision["verdict"], decision["n_clusters"]) == ("none", 1)
    assert shown["model"] is None and shown["segments"] == [] and study.model is None
    assert not list((both.folder / "workspace" / "models").iterdir())


NAMES = {
    "a path": "../x", "a folder": "a/b", "a device": "CON", "a device in small letters": "con",
    "a device with an ending": "nul.txt", "300 characters": "x" * 300, "two dots": "a..b", "a hidden file": ".a",
    "a direction": "a\u202eb", "no width": "a\u200bb", "a capital": "Ab", "a blank": "a b",
}  # fmt: skip
FEW = ("a path", "a device", "300 characters", "a direction")


@pytest.mark.parametrize(
    "kind", [pytest.param(k, marks=[] if k in FEW else [pytest.mark.slow]) for k in NAMES]
)
def test_a_model_name_that_could_be_misread_is_refused(both: Any, kind: str) -> None:
    name = NAMES[kind]
    error = both.refuse_run(
        both.write(groups()), "ids.model_name", "--name", name, exit_code=2, running_options={"name": name}
    )
    assert "1 to 64 characters" in error.rule


def test_a_source_whose_name_is_no_model_name_gives_one(both: Any) -> None:
    study = segmint.study(segmint.read(both.write(groups(), "CON.csv")), running((3,)))
    assert study.provenance.name == "model"


def test_a_run_that_would_need_too_much_memory_is_refused_with_what_would_fit(both: Any) -> None:
    dataset = segmint.read(both.write(groups(n=300)))
    error = raised(lambda: segmint.study(dataset, running((1, 2, 3), memory=1.0)))
    assert (error.code, error.exit_code) == ("choosing.too_large_for_any", 1)
    half = (error.figures["needed"] + error.figures["smallest"]) / 2
    error = raised(lambda: segmint.study(dataset, running((1, 2, 3), memory=half)))
    assert (error.code, error.exit_code) == ("choosing.too_large", 1)
    assert "About 150 rows would fit" in error.remedy


@pytest.mark.slow
def test_the_command_line_refuses_what_this_machine_cannot_hold(both: Any) -> None:
    n_configurations, bytes_each = 4_000, 16
    n = int(1.1 * machine_memory() / (n_configurations * bytes_each))
    if n > 2_000_000:
        pytest.skip("this machine has so much memory that a table to exceed it takes too long to write")
    table = both.write("a,b\n" + "".join(f"{row % 997}.5,{row % 1009}.25\n" for row in range(n)))
    workspace = both.folder / "workspace"
    done = both.command(
        "run",
        table,
        "--families",
        "gaussian_mixture",
        "--k",
        "1..1000",
        "--no-track",
        "--workspace",
        workspace,
    )
    assert done.returncode == 1, done.stderr
    assert "rows would fit" in " ".join(done.stderr.split())
    assert done.stdout == "" and "Traceback" not in done.stderr
    assert not workspace.exists()


# ----------------------------------------------------------------------------------- new rows


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bundle of a model of two numbers and a category."""
    table = tmp_path_factory.mktemp("trained") / "table.csv"
    table.write_text(groups(head="id,hours,points,plan", more=lambda row: f",{'SML'[row % 3]}"))
    features = segmint.ReadOptions(features=("hours", "points", "plan"))
    return to_bytes(chosen_model(segmint.study(segmint.read(table, features), running((1, 2, 3)))))


@pytest.fixture
def bundle(both: Any, trained: bytes) -> Path:
    path: Path = both.write(trained, "model.segmint")
    return path


NEW = f"id,hours,points,plan\n{SECRET}1,10,200,S\n{SECRET}2,40,900,M\n"


def test_an_unseen_category_goes_to_the_other_bucket(both: Any, bundle: Path) -> None:
    assignment, _ = both.assign(bundle, both.write(NEW + f"{SECRET}3,75,300,{SECRET}\n"))
    assert dict(assignment.n_unseen) == {"plan": 1}
    assert len(set(assignment.segment_ids)) == 3


def test_unseen_categories_are_counted_by_the_command_line(both: Any, bundle: Path) -> None:
    _, shown = both.assign(bundle, both.write(NEW + f"{SECRET}3,75,300,{SECRET}\n"))
    assert any("plan" in notice and "1" in notice for notice in shown["notices"])


def test_order_is_irrelevant_and_extra_columns_are_counted(both: Any, bundle: Path) -> None:
    plain, _ = both.assign(bundle, both.write(NEW))
    shuffled = (
        f"more,plan,points,hours,id,other\n{SECRET},S,200,10,{SECRET}1,\n{SECRET},M,900,40,{SECRET}2,\n"
    )
    other, shown = both.assign(bundle, both.write(shuffled, "shuffled.csv"))
    assert other.segment_ids.tolist() == plain.segment_ids.tolist()
    assert other.confidence.tolist() == plain.confidence.tolist()
    assert shown["notices"] == ["2 columns that the model does not know: ignored"]


REFUSED = {
    "missing columns": (f"id,hour,plan\n{SECRET},10,S\n", "missing_columns", "new.csv"),
    "text among numbers": (NEW + f"x,{SECRET},900,M\n", "unfit", "line 4, column “hours”"),
    "an infinity": (NEW + f"{SECRET},1e999,900,M\n", "infinite", "line 4, column “hours”"),
    "a row without a key": (NEW + ",10,900,M\n", "no_key_here", "line 4, column “id”"),
    "a line of totals": (NEW + f"Total,{SECRET},900,M\n", "totals", "line 4"),
    "no rows": (NEW.splitlines()[0] + "\n", "no_data", "new.csv"),
}


@pytest.mark.parametrize("name", cases(REFUSED, "a line of totals", "no rows"))
def test_rows_that_do_not_fit_a_model_are_refused(both: Any, bundle: Path, name: str) -> None:
    content, code, where = REFUSED[name]
    error = both.refuse_assign(bundle, both.write(content, "new.csv"), f"data.{code}", where=where)
    if code == "missing_columns":
        assert "− hours" in "".join(error.details) and "+ hour " in "".join(error.details)
        assert any(line.startswith("− points") for line in error.details)


def test_a_key_that_is_called_as_a_column_of_the_result_is_kept_or_refused(both: Any) -> None:
    table, out = both.write(groups(head="segment_id,hours,points")), both.folder / "out.csv"
    study = segmint.study(segmint.read(table, segmint.ReadOptions(key="segment_id")), running((1, 2, 3)))
    with contextlib.suppress(segmint.SegmintError):
        assign_source(chosen_model(study), table, out)
        assert f"{SECRET}-0" in out.read_text()


def test_rows_set_aside_while_assigning_are_counted(both: Any, bundle: Path) -> None:
    table = both.write(NEW + f"x,{SECRET},900,M\n,10,900,M\n{SECRET}\n")
    assignment, shown = both.assign(bundle, table, lenient=True)
    assert assignment.keys.tolist() == [f"{SECRET}1", f"{SECRET}2"]
    assert shown["n_rejected"] == 3
