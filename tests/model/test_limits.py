"""What could not be read again is not written: the last good file stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmint.errors import BundleError
from segmint.families import table
from segmint.model import audit, canonical, container
from segmint.model.bundle import from_bytes, load_bundle, save_bundle, signature_of, to_bytes, with_signature
from segmint.model.centers import CentersAssigner
from segmint.model.description import describe
from segmint.model.segment_model import SegmentModel
from segmint.model.signature import Signature

GOOD = Path(__file__).parent / "formats" / "1" / "kmeans.segmint"


def with_a_long_text(model: SegmentModel) -> SegmentModel:
    text = "x" * container.MOST_HEADER_BYTES
    return replace(model, manifest=replace(model.manifest, decided_because=text))


def with_quotes(model: SegmentModel) -> SegmentModel:
    text = '"' * (container.MOST_HEADER_BYTES // 3)  # each is escaped twice
    return replace(model, manifest=replace(model.manifest, decided_because=text))


def with_many_values(model: SegmentModel) -> SegmentModel:
    return replace(model, manifest=replace(model.manifest, parameters={"x": [1] * canonical.MOST_VALUES}))


def with_wide_covariances(model: SegmentModel) -> SegmentModel:
    width = 1 + int((container.MOST_BYTES / 8) ** 0.5)
    wide = np.broadcast_to(np.zeros((1, 1, 1)), (1, width, width))  # of no size of its own
    return replace(model, reference=replace(model.reference, covariances=wide))


def with_a_missing_center(model: SegmentModel) -> SegmentModel:
    return replace(model, assigner=CentersAssigner(np.full((3, 2), np.nan)))


def with_infinite_means(model: SegmentModel) -> SegmentModel:
    return replace(model, reference=replace(model.reference, means=np.full((3, 2), np.inf)))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (with_a_long_text, "bundle.too_much"),
        (with_quotes, "bundle.too_much"),
        (with_many_values, "bundle.json"),
        (with_wide_covariances, "bundle.structure"),
        (with_a_missing_center, "model_assigners.not_finite"),
        (with_infinite_means, "bundle.structure"),
    ],
)
def test_a_model_that_could_not_be_read_again_is_not_written(
    change: Callable[[SegmentModel], SegmentModel], code: str, tmp_path: Path
) -> None:
    path = tmp_path / "model.segmint"
    model = load_bundle(GOOD)
    save_bundle(model, path)
    with pytest.raises(BundleError) as error:
        save_bundle(change(model), path)
    assert error.value.code == code
    assert path.read_bytes() == GOOD.read_bytes()


SIGNATURE = Signature("0" * 16, 1, "9" * 128)


def with_a_text_of(n: int) -> bytes:
    model = load_bundle(GOOD)
    return to_bytes(replace(model, manifest=replace(model.manifest, decided_because="x" * n)))


def test_a_model_that_could_not_be_read_with_a_signature_is_not_signed() -> None:
    least = int.from_bytes(with_a_text_of(0)[:8], "little")
    unsigned = with_a_text_of(container.MOST_HEADER_BYTES - least - 8)
    assert from_bytes(unsigned)
    with pytest.raises(BundleError) as error:
        with_signature(unsigned, SIGNATURE)
    assert error.value.code == "bundle.too_much"
    signed = with_signature(with_a_text_of(container.MOST_HEADER_BYTES - least - 1000), SIGNATURE)
    assert signature_of(signed)[1] == SIGNATURE


def test_a_model_of_too_many_parts_with_a_signature_is_not_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    data = GOOD.read_bytes()
    header = data[8 : 8 + int.from_bytes(data[:8], "little")]
    monkeypatch.setattr(canonical, "MOST_VALUES", header.count(b","))
    assert signature_of(data)[1] is None
    with pytest.raises(BundleError) as error:
        with_signature(data, SIGNATURE)
    assert error.value.code == "bundle.json"


def widened(described: dict[str, Any], times: int) -> dict[str, Any]:
    """Return a description in which each column but the key is there so many times."""
    many = range(times)

    def named(found: Mapping[str, Any]) -> dict[str, Any]:
        return {f"{name}{n}": part for n in many for name, part in found.items()}

    def listed(found: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
        return [{**part, key: f"{part[key]}{n}"} for n in many for part in found]

    preparation, numbers = described["preparation"], described["reference"]["numbers"]
    return {
        **described,
        "schema": listed(described["schema"][1:], "name"),
        "preparation": {
            "steps": listed(preparation["steps"], "name"), "notes": named(preparation["notes"]),
        },
        "reference": {"numbers": named(numbers)},
        "cards": [
            {
                **card,
                "center": named(card["center"]),
                "quantiles": named(card["quantiles"]),
                "effects": listed(card["effects"], "feature"),
            }
            for card in described["cards"]
        ],
    }  # fmt: skip


def test_the_size_of_the_header_is_the_limit_of_real_models() -> None:
    """Of wide ones: the other limits are for files that are made of nothing but brackets and commas."""
    text = canonical.dumps(widened(describe(load_bundle(GOOD))[0], 500)).decode()
    header = canonical.dumps({"__metadata__": {"segmint": text}})
    times = container.MOST_HEADER_BYTES / len(header)
    assert times > 1
    assert header.count(b",") * times < canonical.MOST_VALUES
    assert (header.count(b"[") + header.count(b"{")) * times < canonical.MOST_CONTAINERS


def test_the_families_of_a_bundle_are_those_that_there_are() -> None:
    assert set(audit.FAMILIES) == set(table.FAMILIES)
