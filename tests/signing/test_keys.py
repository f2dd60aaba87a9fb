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


def test_comments_and_blanks_may_stand_beside_public_keys(tmp_path: Path, write_public: Any) -> None:
    ann, bob = (write_public(key).read_bytes() for key in (ANN, BOB))
    commented = b"".join(b"# " + line for line in bob.splitlines(keepends=True))
    path = tmp_path / "trusted.pem"
    path.write_bytes(b"# Ann, from 2026 on\r\n \t\r\n" + ann + b"\n  # Bob is gone:\n" + commented + b"\n\n")
    assert list(read_public_keys(path)) == [key_id(ANN.public_key())]
    path.write_bytes(commented)
    with pytest.raises(UsageError):
        read_public_keys(path)


def test_whatever_else_stands_beside_public_keys_is_refused(
    tmp_path: Path, write_private: Any, write_public: Any
) -> None:
    public, private = write_public(ANN).read_bytes(), write_private(BOB).read_bytes()
    begin, end = b"-----BEGIN PUBLIC KEY-----", b"-----END PUBLIC KEY-----"
    path = tmp_path / "trusted.pem"
    for beside in (b"s3cret", b"\0", b"\xef\xbb\xbf", private, begin, end, b"Bob: # s3cret"):
        for content in (public + beside, beside + b"\n" + public, public + beside + b"\n" + public):
            path.write_bytes(content)
            with pytest.raises(UsageError) as caught:
                read_public_keys(path)
            assert caught.value.code == "signing.not_public"
            assert "s3cret" not in str(caught.value)


def test_no_key_is_dropped_from_a_long_file(tmp_path: Path, write_public: Any) -> None:
    public = write_public(ANN, BOB).read_bytes()
    path = tmp_path / "trusted.pem"
    path.write_bytes(b"#" * (64 * 2**10 - len(public) - 1) + b"\n" + public)
    assert len(read_public_keys(path)) == 2
    path.write_bytes(b"#" * (64 * 2**10 - len(public)) + b"\n" + public)
    for read in (read_private_key, read_public_keys):
        with pytest.raises(UsageError) as caught:
            read(path)
        assert caught.value.code == "signing.large_key_file"
