"""Hostile sizes: descriptions full of small parts, and files that are holes of hundreds of megabytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forging import MARK, cell, forged, parts, with_header, with_text

Make = Callable[[bytes], bytes]
SPARSE = 900 * 2**20
"""How large files say they are that are holes."""


def bomb(one: str, ends: str, n: int) -> Make:
    """Fill the description with as many small parts as a header holds."""
    return with_text(f'{{"content":"{"0" * 64}","format":1,"x":{ends[0]}{",".join([one] * n)}{ends[1]}}}')


def rooms(described: Any) -> None:
    """Name rooms of words that are not there: each would be looked for on the disk."""
    described["notices"] = [{"key": "zz.x", "figures": {}} for _ in range(100_000)]
    described["manifest"]["name"] = "../x"


def of_many_keys(data: bytes) -> bytes:
    text = ",".join(f'"{n:x}":1' for n in range(1_100_000))
    return with_text(f'{{"content":"{"0" * 64}","format":1,"x":{{{text}}}}}')(data)


def large(change: Callable[[Any], None]) -> Make:
    """Make a description as large as it may be, of a model whose very last check fails."""
    return lambda data: forged(cell("assigner.centers", float("nan"))(data), change)


def of_sentences(described: Any) -> None:
    described["notices"] = [{"key": "common.rows", "figures": {"n": n}} for n in range(124_000)]


def of_versions(described: Any) -> None:
    described["manifest"]["versions"] = {f"{n:x}": "" for n in range(945_000)}


def of_effects(described: Any) -> None:
    effect = described["cards"][0]["effects"][0]
    described["cards"][0]["effects"] = [{**effect, "inside": n + 0.5} for n in range(90_000)]


def of_levels(described: Any) -> None:
    described["cards"][0]["levels"] = {f"{n:x}": {"a": 1} for n in range(240_000)}


LARGE: Mapping[str, tuple[Make, str]] = {
    "a model of many sentences": (large(of_sentences), "not_finite"),
    "a model of many versions": (large(of_versions), "structure"),
    "a model of many effects": (large(of_effects), "not_finite"),
    "a model of many levels": (large(of_levels), "not_finite"),
    "100,000 rooms that are not there": (lambda data: forged(data, rooms), "structure"),
}
BOMBS: Mapping[str, tuple[Make, str]] = {
    "a million objects": (bomb('{"a":1}', "[]", 999_000), "json"),
    "900,000 lists": (bomb("[]", "[]", 900_000), "json"),
    "two million lists": (bomb("[]", "[]", 2_000_000), "json"),
    "eight million numbers": (bomb("1", "[]", 8_000_000), "json"),
    "four million floats": (bomb("1.5", "[]", 4_000_000), "json"),
    "two million texts": (bomb('"ab"', "[]", 2_300_000), "json"),
    "a million keys": (of_many_keys, "json"),
    "fifteen megabytes without a hash": (
        with_text(f'{{"content":"","format":1,"x":"{"x" * 15 * 2**20}"}}'),
        "altered",
    ),
    "fifteen megabytes of text": (with_text(MARK[:1] * 15 * 2**20), "json"),
}


def holes(data: bytes) -> list[tuple[str, bytes, str]]:
    """Return the beginnings of files that are holes of hundreds of megabytes."""

    def claimed(header: Any) -> None:
        names = sorted(name for name in header if name != "__metadata__")
        for name in names[1:]:
            header[name].update(shape=[0], data_offsets=[size, size])
        header[names[0]].update(shape=[1, size // 8], data_offsets=[0, size])

    size = SPARSE - 2**20
    for _ in range(3):  # the header's own length depends on the sizes it tells
        head = with_header(claimed)(data)[: -len(parts(data)[2])]
        size = SPARSE - len(head)
    return [
        ("900 MB of nothing", b"", "bundle.json"),
        ("900 MB behind a bundle", data, "bundle.trailing"),
        ("900 MB of centers", head, "bundle.structure"),
        ("900 MB and a header of 16", (2**24).to_bytes(8, "little"), "bundle.json"),
    ]
