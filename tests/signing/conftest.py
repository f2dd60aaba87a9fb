"""Keys and a small real bundle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

import segmint
from segmint.model.bundle import to_bytes
from segmint.model.segment_model import SegmentModel

WriteKey = Callable[..., Path]


@pytest.fixture(scope="session")
def model() -> SegmentModel:
    """Give a segmentation of sixty customers in two groups."""
    rng = np.random.default_rng(1)
    group = np.repeat([0, 1], 30)
    table = pd.DataFrame(
        {"spend": 50 + 200 * group + rng.normal(0, 9, 60), "visits": 2 + 9 * group + rng.normal(0, 1, 60)}
    )
    options = segmint.RunOptions(families=("kmeans",), ks=(2,), n_resamples=5, choose="kmeans-2", name="shop")
    made = segmint.study(segmint.read(table), options).model
    assert made is not None
    return made


@pytest.fixture(scope="session")
def whole(model: SegmentModel) -> bytes:
    """Give its bundle."""
    return to_bytes(model)


@pytest.fixture
def write_private(tmp_path: Path) -> WriteKey:
    """Give what writes a private key to a file, as OpenSSL does."""

    def write(key: Ed25519PrivateKey, name: str = "signing.pem", password: str = "") -> Path:
        hidden = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        (tmp_path / name).write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden))
        return tmp_path / name

    return write


@pytest.fixture
def write_public(tmp_path: Path) -> WriteKey:
    """Give what writes the public halves of keys to one file."""

    def write(*keys: Ed25519PrivateKey, name: str = "trusted.pem") -> Path:
        pem = [key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in keys]
        (tmp_path / name).write_bytes(b"".join(pem))
        return tmp_path / name

    return write
