"""A bundle that was cut or of which anything was flipped is refused, or is equal in content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from segmint.errors import BundleError
from segmint.model.bundle import from_bytes, to_bytes, with_signature
from segmint.model.signature import Signature

GOOD = Path(__file__).parent / "formats" / "1"
NAMES = sorted(path.stem for path in GOOD.glob("*.segmint"))
SIGNATURE = Signature("0123456789abcdef", 7, "9" * 128)
FAST, SLOW = 300, 10_000


def whole(name: str) -> bytes:
    """Return a kept bundle; one of them carries a signature, which is no part of its content."""
    data = (GOOD / f"{name}.segmint").read_bytes()
    return with_signature(data, SIGNATURE) if name == "renamed" else data


def outcome(data: bytes, content: bytes) -> str:
    """Return whether bytes are refused, equal in content, or another model: then the hash failed."""
    try:
        return "equal" if to_bytes(from_bytes(data)) == content else "other"
    except BundleError:
        return "refused"


def a_bit(data: bytearray, rng: np.random.Generator) -> None:
    data[rng.integers(len(data))] ^= 1 << int(rng.integers(8))


def a_byte(data: bytearray, rng: np.random.Generator) -> None:
    data[rng.integers(len(data))] ^= int(rng.integers(1, 256))


def a_run(data: bytearray, rng: np.random.Generator) -> None:
    at, length = int(rng.integers(len(data) - 64)), int(rng.integers(2, 64))
    data[at : at + length] = rng.bytes(length)


def many_bits(data: bytearray, rng: np.random.Generator) -> None:
    for _ in range(rng.integers(2, 9)):
        a_bit(data, rng)


def two_pieces(data: bytearray, rng: np.random.Generator) -> None:
    first, second = (int(at) for at in rng.integers(len(data) - 8, size=2))
    data[first : first + 8], data[second : second + 8] = data[second : second + 8], data[first : first + 8]


def a_digit(data: bytearray, rng: np.random.Generator) -> None:
    """Change a digit of the header into another: what is left is JSON."""
    length = int.from_bytes(data[:8], "little")
    at = 8
    while not 48 <= data[at] <= 57:
        at = int(rng.integers(8, 8 + length))
    data[at] = int(rng.integers(48, 58))


KINDS: tuple[Callable[[bytearray, np.random.Generator], None], ...] = (
    a_bit, a_byte, a_run, many_bits, two_pieces, a_digit,
)  # fmt: skip


def flipped(name: str, n: int, seed: int) -> Counter[str]:
    """Flip something in a bundle ``n`` times, each time anew, and count what comes of it."""
    data, rng = whole(name), np.random.default_rng([seed, NAMES.index(name)])
    content, counts = to_bytes(from_bytes(data)), Counter[str]()
    for at in range(n):
        altered = bytearray(data)
        KINDS[at % len(KINDS)](altered, rng)
        counts[outcome(bytes(altered), content)] += 1
    return counts


@pytest.mark.parametrize("name", NAMES)
def test_what_was_flipped_is_refused_or_equal(name: str) -> None:
    counts = flipped(name, FAST, seed=0)
    assert counts["other"] == 0
    assert counts["refused"] > 0.9 * FAST


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_what_was_flipped_ten_thousand_times_is_refused_or_equal(name: str) -> None:
    counts = flipped(name, SLOW, seed=1)
    assert counts["other"] == 0
    assert counts["refused"] > 0.9 * SLOW
    assert len(NAMES) * SLOW >= 100_000


@pytest.mark.parametrize(
    "name", [name if name == "kmeans" else pytest.param(name, marks=pytest.mark.slow) for name in NAMES]
)
def test_every_truncation_is_refused(name: str) -> None:
    data = whole(name)
    content = to_bytes(from_bytes(data))
    assert {outcome(data[:length], content) for length in range(len(data))} == {"refused"}
    assert outcome(data, content) == "equal"


def test_a_flip_in_a_signature_alone_is_equal_in_content() -> None:
    data = whole("renamed")
    assert outcome(data.replace(b"9" * 128, b"8" + b"9" * 127), to_bytes(from_bytes(data))) == "equal"
    assert outcome(data.replace(b"9" * 128, b"x" + b"9" * 127), b"") == "refused"
