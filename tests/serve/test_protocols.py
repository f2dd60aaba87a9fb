"""What existing clients speak: MLflow's scoring and the Open Inference Protocol."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

import segmint
from segmint.model.segment_model import SegmentModel

FIELDS = ["spend", "visits", "region"]


@pytest.fixture(scope="module")
def rows(customers: pd.DataFrame) -> pd.DataFrame:
    return customers[FIELDS].head(20)


@pytest.fixture(scope="module")
def expected(model: SegmentModel, rows: pd.DataFrame) -> list[str]:
    return [str(one) for one in segmint.assign(model, rows).segment_ids]


def test_mlflows_own_client_works_unchanged(service: Any, rows: pd.DataFrame, expected: list[str]) -> None:
    client = ScoringServerClient("127.0.0.1", service.port)
    client.wait_server_ready(timeout=10)
    assert client.get_version() == segmint.__version__
    found = client.invoke(rows).get_predictions()
    assert found["segment_id"].tolist() == expected


def test_the_four_forms_of_json_and_csv_say_the_same(
    service: Any, rows: pd.DataFrame, expected: list[str]
) -> None:
    records = json.loads(rows.to_json(orient="records"))
    columns = {name: [row[name] for row in records] for name in FIELDS}
    bodies: list[Any] = [
        {"dataframe_records": records},
        {"dataframe_split": {"columns": FIELDS, "data": [[*row.values()] for row in records]}},
        {"dataframe_split": {"columns": FIELDS[::-1], "data": [[*row.values()][::-1] for row in records]}},
        {"instances": records},
        {"instances": [[*row.values()] for row in records]},
        {"instances": columns},
        {"inputs": columns},
        {"inputs": {name: [[value] for value in column] for name, column in columns.items()}},
        {"inputs": [[*row.values()] for row in records]},
        {"inputs": records, "params": {}},
    ]
    for body in bodies:
        status, _, told = service.ask("POST", "/invocations", body)
        assert status == 200, (body, told)
        assert [one["segment_id"] for one in told["predictions"]] == expected
    told = service.ask(
        "POST", "/invocations", rows.to_csv(index=False).encode(), {"Content-Type": "text/csv"}
    )[2]
    assert [one["segment_id"] for one in told["predictions"]] == expected


@pytest.mark.parametrize(
    "body",
    [
        {}, [], 3, b"null", {"instances": []}, {"instances": {}}, {"inputs": None}, {"instances": [[1, 2]]},
        {"dataframe_split": {"columns": FIELDS, "data": [[1, 2]]}}, {"dataframe_split": {"columns": FIELDS}},
        {"dataframe_split": []}, {"inputs": {"spend": [1, 2], "visits": [1], "region": ["a"]}},
        {"inputs": {"spend": [1], "visits": [1]}}, {"dataframe_records": {"spend": []}},
        {"inputs": [{"spend": 1}], "instances": []}, {"dataframe_split": {"columns": [1, None], "data": [[1, 2]]}},
    ],
)  # fmt: skip
def test_other_forms_are_refused(service: Any, body: Any) -> None:
    status, _, told = service.ask("POST", "/invocations", body)
    assert status == 422, told
    assert told["type"].startswith("urn:segmint:problem:serve.")


def _tensor(name: str, datatype: str, data: list[Any]) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": [len(data)], "data": data}


def test_open_inference_one_tensor_a_field(service: Any, rows: pd.DataFrame, expected: list[str]) -> None:
    inputs = [
        _tensor("spend", "FP64", rows["spend"].tolist()),
        {**_tensor("visits", "INT64", [[n] for n in rows["visits"].tolist()]), "shape": [20, 1]},
        _tensor("region", "BYTES", rows["region"].tolist()),
    ]
    status, _, told = service.ask("POST", "/v2/models/shop/infer", {"id": "7", "inputs": inputs})
    assert status == 200, told
    outputs = {output["name"]: output for output in told["outputs"]}
    assert outputs["segment_id"]["data"] == expected
    assert outputs["confidence"]["datatype"] == "FP64"
    assert all(output["shape"] == [20] for output in outputs.values())
    assert (told["id"], told["model_name"]) == ("7", "shop")
    asked = {"inputs": inputs, "outputs": [{"name": "novelty"}]}
    told = service.ask("POST", f"/v2/models/shop/versions/{told['model_version']}/infer", asked)[2]
    assert [output["name"] for output in told["outputs"]] == ["novelty"]


def test_open_inference_tells_of_itself(service: Any) -> None:
    about = service.ask("GET", "/v2/models/shop")[2]
    assert [one["name"] for one in about["inputs"]] == FIELDS
    assert [one["datatype"] for one in about["inputs"]] == ["FP64", "FP64", "BYTES"]
    assert service.ask("GET", "/v2")[2]["name"] == "segmint"
    assert service.ask("GET", "/v2/health/live")[2] == {"live": True}
    assert service.ask("GET", "/v2/health/ready")[2] == {"ready": True}
    assert service.ask("GET", "/v2/models/shop/ready")[2] == {"name": "shop", "ready": True}
    assert service.ask("GET", f"/v2/models/shop/versions/{about['versions'][0]}")[0] == 200


@pytest.mark.parametrize(
    "inputs",
    [
        None, [], [1], [{}], [{"name": "spend"}], [_tensor("spend", "FP64", [])],
        [{**_tensor("spend", "FP64", [1.0]), "shape": [2]}], [{**_tensor("spend", "FP64", [1.0]), "shape": ["1"]}],
        [{**_tensor("spend", "FP64", [1.0]), "datatype": "COMPLEX"}], [{**_tensor("spend", "FP64", [1.0]), "shape": [-1]}],
        [_tensor("spend", "FP64", [1.0]), _tensor("visits", "FP64", [1.0, 2.0])],
    ],
)  # fmt: skip
def test_what_is_no_tensor_is_refused_with_an_error(service: Any, inputs: Any) -> None:
    status, _, told = service.ask("POST", "/v2/models/shop/infer", {"inputs": inputs})
    assert status == 400, told
    assert isinstance(told["error"], str)


def test_other_models_and_versions_are_not_there(service: Any) -> None:
    for path in ("/v2/models/other", "/v2/models/shop/versions/0", "/v2/models/other/ready"):
        status, _, told = service.ask("GET", path)
        assert (status, "error" in told) == (404, True)


def test_the_example_of_the_document_works_as_it_stands(service: Any) -> None:
    told = service.ask("GET", "/openapi.json")[2]
    paths = told["paths"]
    tried = 0
    for path, operations in paths.items():
        for kind, body in operations.get("post", {}).get("requestBody", {}).get("content", {}).items():
            if "example" in body:
                example = body["example"]
                raw = example.encode() if isinstance(example, str) else json.dumps(example).encode()
                status, _, answer = service.ask("POST", path, raw, {"Content-Type": kind})
                assert status == 200, (path, kind, answer)
                tried += 1
    assert tried == 6
    assert told["components"]["schemas"]["Customer"]["required"] == FIELDS


def test_a_matrix_serves_all_fields_of_numbers(serving: Any, tmp_path: Any) -> None:
    from segmint.model.bundle import save_bundle

    options = segmint.RunOptions(families=("kmeans",), ks=(2,), n_resamples=0, name="wholesale")
    model = segmint.study(segmint.read(segmint.example_table("wholesale_customers")), options).model
    assert model is not None
    save_bundle(model, tmp_path / "wholesale.segmint")
    running = serving(tmp_path / "wholesale.segmint")
    fields = [feature.name for feature in model.schema.clustering]
    X = np.random.default_rng(0).integers(0, 20_000, (7, len(fields)))
    tensor = {"name": "X", "datatype": "INT64", "shape": [*X.shape], "data": X.tolist()}
    told = running.ask("POST", "/v2/models/wholesale/infer", {"inputs": [tensor]})[2]
    expected = segmint.assign(model, pd.DataFrame(X, columns=fields)).segment_ids.tolist()
    assert told["outputs"][0]["data"] == expected


def test_a_matrix_of_numbers_is_no_category(service: Any) -> None:
    matrix = {"name": "x", "datatype": "FP64", "shape": [1, 3], "data": [210.0, 14, 1]}
    assert service.ask("POST", "/v2/models/shop/infer", {"inputs": [matrix]})[0] == 400
    texts = {**matrix, "datatype": "BYTES", "data": ["210.0", "14", "south"]}
    assert service.ask("POST", "/v2/models/shop/infer", {"inputs": [texts]})[0] == 200
