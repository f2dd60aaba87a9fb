from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from segmint.errors import UsageError
from segmint.signing.keys import key_id, read_private_key, read_public_keys

ANN, BOB = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))


def test_a_key_is_read_as_openssl_writes_it(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is missing")
    private, public, der = (tmp_path / name for name in ("private.pem", "public.pem", "public.der"))
    for command in (
        ["genpkey", "-algorithm", "ed25519", "-out", private],
        ["pkey", "-in", private, "-pubout", "-out", public],
        ["pkey", "-in", private, "-pubout", "-outform", "DER", "-out", der],
    ):
        subprocess.run([openssl, *map(str, command)], check=True, capture_output=True)
    known = key_id(read_private_key(private).public_key())
    assert list(read_public_keys(public)) == [known]
    assert known == hashlib.sha256(der.read_bytes()).hexdigest()[:16]


def test_several_public_keys_lie_in_one_file(write_public: Any) -> None:
    assert set(read_public_keys(write_public(ANN, BOB))) == {key_id(key.public_key()) for key in (ANN, BOB)}


def test_an_encrypted_key_needs_its_password(write_private: Any) -> None:
    path = write_private(ANN, password="long enough")
    assert key_id(read_private_key(path, "long enough").public_key()) == key_id(ANN.public_key())
    for password, code in ((None, "password_missing"), ("", "password_missing"), ("other", "not_private")):
        with pytest.raises(UsageError) as caught:
            read_private_key(path, password)
        assert caught.value.code == f"signing.{code}"
    with pytest.raises(UsageError, match="not encrypted"):
        read_private_key(write_private(ANN, name="plain.pem"), "needless")


def _rsa() -> tuple[bytes, bytes]:
    key = rsa.generate_private_key(65537, 2048)
    return (
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    )


def test_what_is_no_ed25519_key_is_refused_without_being_shown(tmp_path: Path, write_public: Any) -> None:
    private, public = _rsa()
    trusted = write_public(ANN).read_bytes()
    bad_private = [b"", b"s3cret", private, public, trusted]
    broken = trusted.replace(b"MCow", b"MCoW")
    bad_public = [b"", b"s3cret", private, public, trusted + public, broken]
    for read, contents in ((read_private_key, bad_private), (read_public_keys, bad_public)):
        for content in contents:
            path = tmp_path / "key.pem"
            path.write_bytes(content)
            with pytest.raises(UsageError) as caught:
                read(path)
            assert caught.value.code in ("signing.not_private", "signing.not_public")
            assert "s3cret" not in str(caught.value)


def test_a_missing_file_of_keys_is_said(tmp_path: Path) -> None:
    for read in (read_private_key, read_public_keys):
        with pytest.raises(UsageError, match="No such file"):
            read(tmp_path / "none.pem")
