"""``sign``, ``verify``, ``serve --require-signature``: who vouches for a model, from end to end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

pytestmark = pytest.mark.slow  # whole journeys in several processes each

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Path]:
    """Give the files of keys: to sign with (plain and encrypted), trusted, and somebody else's."""
    plain, hidden = NoEncryption(), BestAvailableEncryption(b"open sesame")
    public = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    contents = {
        "signing": KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, plain),
        "hidden": KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden),
        "trusted": KEY.public_key().public_bytes(*public),
        "other": OTHER.public_key().public_bytes(*public),
    }
    for name, content in contents.items():
        (tmp_path / f"{name}.pem").write_bytes(content)
    return {name: tmp_path / f"{name}.pem" for name in contents}


@pytest.fixture
def workspace(made: dict[str, Any], tmp_path: Path) -> Path:
    """Give a copy of the workspace, whose model nobody signed."""
    return Path(shutil.copytree(made["workspace"], tmp_path / "workspace"))


def test_sign_and_verify(segmint: Any, workspace: Path, made: dict[str, Any], keys: dict[str, Path]) -> None:
    name, place = made["name"], ("--workspace", workspace)
    verify = ("verify", name, "--key", keys["trusted"], *place)
    unsigned = segmint(*verify)
    assert (unsigned.returncode, unsigned.stdout) == (3, "")
    assert "not signed" in unsigned.stderr
    done = segmint("sign", name, "--key", keys["signing"], "--json", *place)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["version"] == 1
    assert json.loads(segmint(*verify, "--json").stdout) == told
    assert segmint(*verify, "--min-version", 2).returncode == 3
    assert segmint("verify", name, "--key", keys["other"], *place).returncode == 3
    assert json.loads((workspace / "audit.jsonl").read_text())["content"] == told["content"]


def test_versions_count_upwards_and_never_back(
    segmint: Any, workspace: Path, made: dict[str, Any], keys: dict[str, Path]
) -> None:
    name, place = made["name"], ("--workspace", workspace)
    sign = ("sign", name, "--key", keys["signing"], "--json", *place)

    def signed_as(*more: object) -> int:
        done = segmint(*sign, *more)
        assert done.returncode == 0, done.stderr
        return int(json.loads(done.stdout)["version"])

    assert [signed_as(), signed_as(), signed_as("--version", 5)] == [1, 1, 5]
    assert segmint(*sign, "--version", 4).returncode == 2
    renamed = segmint("rename", name, "S1", "Others", "--json", *place)
    assert renamed.returncode == 0
    assert json.loads(renamed.stdout)["was_signed"] is True
    assert "segmint sign" in renamed.stderr
    assert segmint("verify", name, "--key", keys["trusted"], *place).returncode == 3
    assert segmint(*sign, "--version", 5).returncode == 2
    assert signed_as() == 6


def test_a_run_that_changes_nothing_leaves_the_signature(
    segmint: Any, workspace: Path, made: dict[str, Any], table: Path, keys: dict[str, Path]
) -> None:
    name, place = made["name"], ("--workspace", workspace)
    assert segmint("sign", name, "--key", keys["signing"], *place).returncode == 0
    again = segmint("run", table, "--resamples", 10, "--families", "kmeans,hdbscan", "--quiet", *place)
    assert again.returncode == 0, again.stderr
    assert segmint("verify", name, "--key", keys["trusted"], *place).returncode == 0


def test_the_password_comes_from_the_environment(
    segmint: Any, workspace: Path, made: dict[str, Any], keys: dict[str, Path], tmp_path: Path
) -> None:
    sign = ("sign", made["name"], "--key", keys["hidden"], "-o", tmp_path / "signed.segmint", "--workspace",
            workspace)  # fmt: skip
    assert segmint(*sign).returncode == 2
    assert segmint(*sign, SEGMINT_KEY_PASSWORD="wrong").returncode == 2
    done = segmint(*sign, SEGMINT_KEY_PASSWORD="open sesame")
    assert done.returncode == 0, done.stderr
    assert "open sesame" not in done.stdout + done.stderr
    assert segmint("verify", tmp_path / "signed.segmint", "--key", keys["trusted"]).returncode == 0
    assert segmint("verify", made["name"], "--key", keys["trusted"], "--workspace", workspace).returncode == 3


def test_a_registered_version_is_signed_in_the_registry_and_pulled_with_it(
    segmint: Any, workspace: Path, made: dict[str, Any], keys: dict[str, Path], tmp_path: Path
) -> None:
    champion, place = f"models:/{made['name']}@champion", ("--workspace", workspace)
    target = tmp_path / "served.segmint"
    pull = ("pull", champion, "-o", target, *place)
    assert segmint(*pull).returncode == 0
    assert segmint("verify", target, "--key", keys["trusted"]).returncode == 3
    assert segmint("sign", champion, "--key", keys["signing"], "-o", target, *place).returncode == 2
    assert segmint("sign", champion, "--key", keys["signing"], *place).returncode == 0
    assert segmint("verify", champion, "--key", keys["trusted"], *place).returncode == 0
    assert segmint(*pull).returncode == 0
    assert segmint("verify", target, "--key", keys["trusted"]).returncode == 0
    assert segmint(*pull).stderr == ""  # the file holds it already
