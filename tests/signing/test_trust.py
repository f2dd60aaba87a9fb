from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from segmint.errors import BundleError
from segmint.model.bundle import from_bytes, signature_of, to_bytes, with_signature
from segmint.model.segment_model import SegmentModel
from segmint.model.signature import LATEST_VERSION, Signature, statement
from segmint.signing.keys import key_id, read_public_keys
from segmint.signing.trust import Trust, sign

ANN, BOB, EVE = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3))


def trust(*keys: Ed25519PrivateKey, min_version: int = 1) -> Trust:
    public = [key.public_key() for key in keys]
    return Trust({key_id(key): key for key in public}, min_version)


def refused(data: bytes, asked: Trust) -> str:
    with pytest.raises(BundleError) as caught:
        asked.check(data)
    return caught.value.code


def test_a_signed_bundle_is_the_same_model_with_the_same_content_hash(whole: bytes) -> None:
    signed = sign(whole, ANN, 3)
    signature = trust(ANN).check(signed)
    assert (signature.version, signature.key) == (3, key_id(ANN.public_key()))
    assert signature_of(signed)[0] == signature_of(whole)[0]
    assert to_bytes(from_bytes(signed)) == whole
    assert sign(whole, ANN, 3) == signed


def test_signing_again_replaces_the_signature(whole: bytes) -> None:
    again = sign(sign(whole, ANN, 3), BOB, 4)
    assert again == sign(whole, BOB, 4)
    assert refused(again, trust(ANN)) == "signing.other_key"


def test_keys_may_change_one_after_the_other(whole: bytes, write_public: Any) -> None:
    both = Trust(read_public_keys(write_public(ANN, BOB)))
    assert [both.check(sign(whole, key, 1)).key for key in (ANN, BOB)] == [
        key_id(key.public_key()) for key in (ANN, BOB)
    ]
    assert refused(sign(whole, EVE, 1), both) == "signing.other_key"


def test_unsigned_and_older_are_refused(whole: bytes) -> None:
    assert refused(whole, trust(ANN)) == "signing.unsigned"
    assert refused(sign(whole, ANN, 6), trust(ANN, min_version=7)) == "signing.older"
    assert trust(ANN, min_version=7).check(sign(whole, ANN, 7)).version == 7


def test_a_signature_vouches_for_one_content_as_one_version(whole: bytes, model: SegmentModel) -> None:
    _, signature = signature_of(sign(whole, ANN, 6))
    assert signature is not None
    other = to_bytes(model.renamed(model.cards[0].id, "Other"))
    newer = Signature(signature.key, 7, signature.value)
    of_another = Signature(key_id(BOB.public_key()), 6, signature.value)
    assert refused(with_signature(other, signature), trust(ANN)) == "signing.untrue"
    assert refused(with_signature(whole, newer), trust(ANN)) == "signing.untrue"
    assert refused(with_signature(whole, of_another), trust(ANN, BOB)) == "signing.untrue"


@given(at=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_no_flipped_bit_of_a_signed_bundle_passes(whole: bytes, at: int, bit: int) -> None:
    signed = bytearray(sign(whole, ANN, 6))
    signed[at % len(signed)] ^= 1 << bit
    with pytest.raises(BundleError):
        trust(ANN, min_version=6).check(bytes(signed))


@given(at=st.integers(0, 127), digit=st.sampled_from("0123456789abcdef"))
def test_no_other_digit_in_the_signature_passes(whole: bytes, at: int, digit: str) -> None:
    signed = sign(whole, ANN, 6)
    _, signature = signature_of(signed)
    assert signature is not None
    value = signature.value[:at] + digit + signature.value[at + 1 :]
    changed = with_signature(whole, Signature(signature.key, 6, value))
    if changed == signed:
        assert trust(ANN).check(changed) == signature
    else:
        assert refused(changed, trust(ANN)) == "signing.untrue"


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "text",
        {},
        {"key": "0" * 16, "version": 1},
        {"key": "0" * 16, "version": 1, "value": "0" * 128, "more": 1},
        {"key": "0" * 15, "version": 1, "value": "0" * 128},
        {"key": "g" * 16, "version": 1, "value": "0" * 128},
        {"key": "0" * 16, "version": 0, "value": "0" * 128},
        {"key": "0" * 16, "version": True, "value": "0" * 128},
        {"key": "0" * 16, "version": 1.0, "value": "0" * 128},
        {"key": "0" * 16, "version": LATEST_VERSION + 1, "value": "0" * 128},
        {"key": "0" * 16, "version": 1, "value": "0" * 127},
        {"key": "0" * 16, "version": 1, "value": ["0"] * 128},
    ],
)
def test_another_form_of_signature_is_no_signature(wrong: Any) -> None:
    with pytest.raises(BundleError) as caught:
        Signature.from_json(wrong)
    assert caught.value.code == "bundle.structure"


def test_what_is_signed_is_said_for_one_purpose() -> None:
    assert statement("ab", 1) != statement("ab", 11)
    assert b"segmint bundle" in statement("ab", 1)
