"""A service that takes signed models only."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from segmint.model.bundle import to_bytes
from segmint.model.files import write_whole
from segmint.model.segment_model import SegmentModel
from segmint.signing.keys import key_id
from segmint.signing.trust import sign

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
Serve = Callable[..., Any]


@pytest.fixture
def trusted(tmp_path: Path) -> Path:
    path = tmp_path / "trusted.pem"
    path.write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def test_only_what_a_trusted_key_signed_comes_into_force(
    serving: Serve, bundle: Path, model: SegmentModel, trusted: Path, tmp_path: Path
) -> None:
    path = tmp_path / "shop.segmint"
    whole, renamed = bundle.read_bytes(), to_bytes(model.renamed(model.cards[0].id, "Other"))
    path.write_bytes(sign(whole, KEY, 5))
    service = serving(path, "--require-signature", str(trusted), "--min-version", "4")

    def replaced(data: bytes, said: str) -> str:
        write_whole(path, [data])
        service.process.send_signal(signal.SIGHUP)
        return str(service.lines_until(said))

    first = service.ask("GET", "/model")[2]
    assert first["signature"] == {"key": key_id(KEY.public_key()), "version": 5}
    altered = sign(renamed, KEY, 6)
    for bad, reason in (
        (renamed, "not signed"),
        (sign(renamed, OTHER, 6), key_id(OTHER.public_key())),
        (sign(renamed, KEY, 3), "version 3"),
        (altered[:-1] + bytes([altered[-1] ^ 1]), "altered"),
    ):
        assert reason in replaced(bad, "goes on"), reason
        assert service.ask("GET", "/model")[2] == first
    other = replace(model, manifest=replace(model.manifest, name="other"))
    assert "another name" in replaced(sign(to_bytes(other), KEY, 9), "goes on")
    replaced(sign(renamed, KEY, 6), "was replaced")
    now = service.ask("GET", "/model")[2]
    assert (now["signature"]["version"], now["version"] != first["version"]) == (6, True)


def test_keys_are_added_and_withdrawn_while_it_serves(
    serving: Serve, bundle: Path, model: SegmentModel, trusted: Path, tmp_path: Path
) -> None:
    path = tmp_path / "shop.segmint"
    path.write_bytes(sign(bundle.read_bytes(), KEY, 5))
    service = serving(path, "--require-signature", str(trusted))
    by_other = sign(to_bytes(model.renamed(model.cards[0].id, "Other")), OTHER, 6)
    write_whole(path, [by_other])
    assert key_id(OTHER.public_key()) in service.lines_until("goes on")
    pem = OTHER.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_whole(trusted, [pem])
    service.lines_until("was replaced")
    assert service.ask("GET", "/model")[2]["signature"]["version"] == 6
    write_whole(path, [sign(bundle.read_bytes(), KEY, 7)])
    assert key_id(KEY.public_key()) in service.lines_until("goes on")


@pytest.mark.parametrize("options", [("--require-signature", "none.pem"), ("--min-version", "3")])
def test_what_cannot_be_asked_is_refused(bundle: Path, options: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", "segmint.serve", str(bundle), *options], capture_output=True, text=True,
                          check=False, timeout=60)  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_an_unsigned_model_is_not_served(bundle: Path, trusted: Path, tmp_path: Path) -> None:
    path = shutil.copy(bundle, tmp_path / "shop.segmint")
    done = subprocess.run(
        [sys.executable, "-m", "segmint.serve", str(path), "--require-signature", str(trusted)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 3
    assert "not signed" in done.stderr
