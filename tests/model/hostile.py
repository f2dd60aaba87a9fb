"""A corpus of hostile bundles: each is named, and ends in one known refusal.

    python tests/model/hostile.py FOLDER [large]

writes them, and ``expected.json`` with the code of each one's error. All are made from whole bundles; wherever
a later check is meant, the content hash is right for what the file holds.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import marshal
import os
import pickle
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from forging import (
    MARK,
    canonical,
    drop,
    entry,
    forged,
    headed,
    parts,
    put,
    with_body,
    with_header,
    with_text,
)
from hostile_rules import RULES
from hostile_sizes import BOMBS, LARGE, SPARSE, holes
from safetensors.numpy import save as save_safetensors

Make = Callable[[bytes], bytes]
BUNDLES = Path(__file__).parent / "formats" / "1"


class Trap:
    """Makes a folder when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (f"/tmp/{MARK}",)


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def tarred(content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        facts = tarfile.TarInfo("../../model.segmint")
        facts.size = len(content)
        archive.addfile(facts, io.BytesIO(content))
    return out.getvalue()


def of_numpy(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def length_of(number: int) -> Make:
    return lambda data: number.to_bytes(8, "little") + data[8:]


def repeated(data: bytes) -> bytes:
    again = b',"assigner.centers":' + json.dumps(parts(data)[0]["assigner.centers"]).encode() + b"}"
    return with_body(lambda body: body[:-1] + again)(data)


FILES: Mapping[str, tuple[Make, str]] = {
    "empty": (lambda data: b"", "truncated"),
    "a byte": (lambda data: data[:1], "truncated"),
    "seven bytes": (lambda data: data[:7], "truncated"),
    "a length alone": (lambda data: data[:8], "truncated"),
    "half a header": (lambda data: data[:2000], "truncated"),
    "without arrays": (lambda data: data[: -len(parts(data)[2])], "truncated"),
    "without the last byte": (lambda data: data[:-1], "truncated"),
    "with a byte behind": (lambda data: data + b"\0", "trailing"),
    "twice": (lambda data: data + data, "trailing"),
    "with a pickle behind": (lambda data: data + pickle.dumps(Trap()), "trailing"),
    "with a zip behind": (lambda data: data + zipped("data.pkl", pickle.dumps(Trap())), "trailing"),
    "a header of no bytes": (length_of(0), "json"),
    "a header of 2^63 bytes": (length_of(2**63), "header"),
    "a header of 2^64 - 1 bytes": (length_of(2**64 - 1), "header"),
    "a header past the limit": (length_of(2**24 + 8), "header"),
    "a header past the end": (length_of(2**24), "truncated"),
    "a header too short": (lambda data: length_of(parts_length(data) - 16)(data), "json"),
    "a text": (lambda data: f"{MARK} is no model, whatever its name says".encode(), "header"),
    "a page": (lambda data: f"<!doctype html><script>{MARK}</script>".encode(), "header"),
    "its description alone": (lambda data: json.dumps(parts(data)[1]).encode(), "header"),
    "a pickle": (lambda data: pickle.dumps(Trap()), "header"),
    "a pickle of protocol 0": (lambda data: pickle.dumps(Trap(), 0), "header"),
    "marshalled code": (lambda data: marshal.dumps(compile("import os", MARK, "exec")), "json"),
    "joblib's": (lambda data: zlib.compress(pickle.dumps({"model": Trap()})), "header"),
    "npy with objects": (lambda data: of_array(np.array([Trap()], dtype=object)), "header"),
    "npz with objects": (lambda data: of_numpy(model=np.array([Trap()], dtype=object)), "header"),
    "torch's": (lambda data: zipped("archive/data.pkl", pickle.dumps(Trap())), "header"),
    "a zip with a bundle": (lambda data: zipped("../model.segmint", data), "header"),
    "a tar with a bundle": (tarred, "header"),
    "gzip of a bundle": (gzip.compress, "header"),
    "bzip2 of a bundle": (bz2.compress, "header"),
    "a program": (lambda data: b"\x7fELF" + bytes(4096), "header"),
    "a script": (lambda data: b"#!/bin/sh\nmkdir " + MARK.encode() + b"\n", "header"),
    "another's safetensors": (lambda data: save_safetensors({"weights": np.zeros(4)}), "not_a_model"),
    "safetensors of torch": (
        lambda data: save_safetensors({"w": np.zeros(4)}, {"format": "pt"}),
        "not_a_model",
    ),
}


def parts_length(data: bytes) -> int:
    return int.from_bytes(data[:8], "little")


def of_array(array: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=True)
    return out.getvalue()


def in_body(old: str, new: str) -> Make:
    def change(body: bytes) -> bytes:
        assert old.encode() in body
        return body.replace(old.encode(), new.encode("utf-8", "surrogatepass"), 1)

    return with_body(change)


def before(text: str, end: str = "") -> Make:
    """Put something before the header and behind it."""
    return with_body(lambda body: text.encode() + body + end.encode())


def many_arrays(header: Any) -> None:
    header.update(
        {f"assigner.a{n}": {"dtype": "F64", "shape": [0], "data_offsets": [0, 0]} for n in range(65)}
    )


def empty_array(shape: list[int]) -> Make:
    """Add an array of no bytes before all others."""
    entry = {"dtype": "F64", "shape": shape, "data_offsets": [0, 0]}
    return lambda data: forged(data, header=lambda header: header.update({"assigner.a": entry}))


def reshaped(data: bytes) -> bytes:
    return forged(data, header=lambda header: header["assigner.centers"].update(shape=[2, 3]))


def called(name: str) -> Make:
    """Give an array another name."""
    return with_header(lambda header: header.update({name: header.pop("assigner.centers")}))


DOTS = '"dtype":"F64"'
HEADERS: Mapping[str, tuple[Make, str]] = {
    "an array twice": (repeated, "json"),
    "a key twice": (in_body(DOTS, f'{DOTS},"dtype":"F64"'), "json"),
    "metadata twice": (before('{"__metadata__":{"segmint":"{}"},', "}"), "json"),
    "lists 100,000 deep": (lambda data: headed(b"[" * 100_000 + b"]" * 100_000), "json"),
    "objects 100,000 deep": (lambda data: headed(b'{"a":' * 100_000 + b"1" + b"}" * 100_000), "json"),
    "lists that do not end": (lambda data: headed(b"[" * 2**20), "json"),
    "33 deep": (lambda data: headed(b"[" * 33 + b"]" * 33), "json"),
    "a text that does not end": (lambda data: headed(b'{"' + b"a\\" * 2**20), "json"),
    "NaN": (in_body('"shape":[3', '"shape":[NaN'), "json"),
    "Infinity": (in_body('"shape":[3', '"shape":[-Infinity'), "json"),
    "1e999": (in_body('"shape":[3', '"shape":[1e999'), "not_plain"),
    "5,000 digits": (in_body('"shape":[3', '"shape":[' + "9" * 5000), "json"),
    "2^64": (in_body('"shape":[3', f'"shape":[{2**63}'), "not_plain"),
    "a list": (lambda data: headed(b"[1,2]"), "header"),
    "a number": (lambda data: headed(b"7"), "header"),
    "null": (lambda data: headed(b"null"), "header"),
    "bytes that are no text": (in_body("hours", "hours\ud800"), "json"),
    "a byte order mark": (before("\ufeff"), "json"),
    "UTF-16": (with_body(lambda body: body.decode().encode("utf-16")), "json"),
    "a comma too many": (with_body(lambda body: body[:-1] + b",}"), "json"),
    "a comment": (before("/* " + MARK + " */"), "json"),
    "blanks": (before("  "), "spelling"),
    "a zip for blanks": (before("", zipped("x", b"").decode("latin-1")), "json"),
    "without metadata": (with_header(lambda header: header.pop("__metadata__")), "not_a_model"),
    "two metadata": (with_header(lambda header: header["__metadata__"].update({MARK: ""})), "not_a_model"),
    "metadata no object": (with_header(lambda header: header.update(__metadata__=[MARK])), "not_a_model"),
    "metadata no text": (with_header(lambda header: header["__metadata__"].update(segmint={})), "not_a_model"),
    "66 arrays": (with_header(many_arrays), "header"),
    "an array called as a path": (called(f"../../{MARK}"), "header"),
    "an array called as a root's": (called("/etc/passwd"), "header"),
    "an array called as a method": (called("assigner.__reduce__"), "header"),
    "an array's name with a line's end": (called("assigner.centers\n"), "header"),
    "an array of nothing": (with_header(lambda header: header.update({"assigner.centers": None})), "header"),
    "an array with more said": (entry("assigner.centers", code=MARK), "header"),
    "an array of 32 bits": (entry("assigner.centers", dtype="F32"), "header"),
    "an array of objects": (entry("assigner.centers", dtype="O"), "header"),
    "a type that is a list": (entry("assigner.centers", dtype=["F64"]), "header"),
    "a type that is an object": (entry("assigner.centers", dtype={}), "header"),
    "a negative shape": (entry("assigner.centers", shape=[-3, -2]), "header"),
    "a shape of floats": (entry("assigner.centers", shape=[3.0, 2]), "header"),
    "a shape of truth": (entry("assigner.centers", shape=[True, 6]), "header"),
    "a shape of texts": (entry("assigner.centers", shape=["3", "2"]), "header"),
    "a shape of four": (entry("assigner.centers", shape=[3, 2, 1, 1]), "header"),
    "a shape of 2^90": (entry("assigner.centers", shape=[2**30] * 3), "header"),
    "a shape of 2^40": (entry("assigner.centers", shape=[2**40, 0]), "header"),
    "a shape of 2^60 and nothing": (empty_array([2**30, 2**30, 0]), "header"),
    "a shape of nothing and 2^60": (empty_array([0, 2**30, 2**30]), "header"),
    "a shape of 2^30 and nothing": (empty_array([0, 2**30]), "header"),
    "another shape": (reshaped, "structure"),
    "a gap": (entry("assigner.centers", data_offsets=[8, 56]), "header"),
    "an overlap": (entry("reference.counts", data_offsets=[40, 72]), "header"),
    "an end before the start": (entry("assigner.centers", data_offsets=[48, 0]), "header"),
    "an end past the file": (entry("assigner.centers", data_offsets=[0, 2**62]), "header"),
    "one offset": (entry("assigner.centers", data_offsets=[0]), "header"),
    "offsets of texts": (entry("assigner.centers", data_offsets=["0", "48"]), "header"),
}  # fmt: skip


def saying(**more: Any) -> Make:
    """Change the description and leave its hash as it is."""

    def change(header: Any) -> None:
        described = json.loads(header["__metadata__"]["segmint"])
        header["__metadata__"]["segmint"] = canonical(described | more)

    return with_header(change)


UPSIDE_DOWN = {
    "type": "number", "name": "hours", "fill": 0.0, "lower": 1.0, "upper": 0.0,
    "log_offset": None, "center": 0.0, "scale": 1.0, "log_unit": 1.0,
}  # fmt: skip
SIGNATURE = {"key": "0" * 16, "version": 1, "value": "9" * 128}
COMMAND = f'"\nRUN touch /tmp/{MARK} #'
KEY = {"key": f"../../{MARK}.x", "figures": {}}
DESCRIPTIONS: Mapping[str, tuple[Make, str]] = {
    "no JSON in it": (with_text(MARK), "json"),
    "a list in it": (with_text("[]"), "not_a_model"),
    "NaN in it": (with_text('{"content":NaN}'), "json"),
    "half a pair in it": (with_text('{"content":"\\ud800"}'), "not_plain"),
    "a key twice in it": (with_text('{"content":"x","content":"y"}'), "json"),
    "no hash": (with_text('{"format":1}'), "not_a_model"),
    "a hash of zeros": (saying(content="0" * 64), "altered"),
    "a hash of no digits": (saying(content=""), "altered"),
    "a hash of one digit": (saying(content="1"), "altered"),
    "a hash of quotes": (saying(content='"\\'), "altered"),
    "a hash that is a number": (saying(content=7), "not_a_model"),
    "a signature that is a list": (saying(signature=[MARK]), "structure"),
    "a signature that is null": (saying(signature=None), "altered"),
    "a signature of no key": (saying(signature=SIGNATURE | {"key": MARK}), "structure"),
    "a signature of version 0": (saying(signature=SIGNATURE | {"version": 0}), "structure"),
    "a signature with more said": (saying(signature=SIGNATURE | {MARK: 1}), "structure"),
    "a signature of no digits": (saying(signature=SIGNATURE | {"value": "\n" + "9" * 127}), "structure"),
    "an empty manifest": (put("manifest", to={}), "structure"),
    "no format": (drop("format"), "not_a_model"),
    "format 0": (put("format", to=0), "not_a_model"),
    "format -1": (put("format", to=-1), "not_a_model"),
    "format true": (put("format", to=True), "not_a_model"),
    "format 1.0": (put("format", to=1.0), "not_a_model"),
    "a format that is a text": (put("format", to=MARK), "not_a_model"),
    "format 99": (put("format", to=99), "later"),
    "a part too many": (put(MARK, to=1), "structure"),
    "no manifest": (drop("manifest"), "structure"),
    "no seed": (drop("manifest", "seed"), "structure"),
    "a seed of truth": (put("manifest", "seed", to=True), "structure"),
    "a name that is a path": (put("manifest", "name", to=f"../{MARK}"), "structure"),
    "a name that is a device": (put("manifest", "name", to="con"), "structure"),
    "a name with a zero byte": (put("manifest", "name", to="a\0b"), "structure"),
    "a parent that is no hash": (put("manifest", "parent", to=MARK), "structure"),
    "an unheard-of verdict": (put("manifest", "verdict", to=MARK), "structure"),
    "a parent with a line's end": (put("manifest", "parent", to="0" * 64 + "\n"), "structure"),
    "a parent that is too long": (put("manifest", "parent", to="0" * 65), "structure"),
    "a name with a line's end": (put("manifest", "name", to="shop\n"), "structure"),
    "a family with a line's end": (put("manifest", "family", to="kmeans\n"), "structure"),
    "a fingerprint that is a command": (put("manifest", "fingerprint", to=COMMAND), "structure"),
    "a fingerprint with a line's end": (put("manifest", "fingerprint", to="0" * 64 + "\n"), "structure"),
    "a fingerprint in capitals": (put("manifest", "fingerprint", to="A" * 64), "structure"),
    "no fingerprint's digits": (put("manifest", "fingerprint", to=""), "structure"),
    "a configuration that is a path": (put("manifest", "configuration", to=f"../{MARK}"), "structure"),
    "a configuration that is a command": (put("manifest", "configuration", to=COMMAND), "structure"),
    "a configuration with a line's end": (
        put("manifest", "configuration", to="0123456789ab\n"),
        "structure",
    ),
    "a parameter that is a command": (put("manifest", "parameters", "init", to=COMMAND), "structure"),
    "a parameter called as a command": (put("manifest", "parameters", COMMAND, to=1), "structure"),
    "a parameter that is a list": (put("manifest", "parameters", "init", to=[MARK]), "structure"),
    "a parameter with escapes": (put("manifest", "parameters", "init", to="\x1b[2J"), "structure"),
    "65 parameters": (put("manifest", "parameters", to={f"p{n}": n for n in range(65)}), "structure"),
    "a version that is a command": (put("manifest", "versions", "numpy", to=COMMAND), "structure"),
    "a version called as a command": (put("manifest", "versions", COMMAND, to="1"), "structure"),
    "a version with a line's end": (put("manifest", "versions", "numpy", to="1.0\n"), "structure"),
    "65 versions": (put("manifest", "versions", to={f"v{n}": "1" for n in range(65)}), "structure"),
    "versions that are lists": (put("manifest", "versions", to={"numpy": []}), "structure"),
    "a schema that is an object": (put("schema", to={}), "structure"),
    "a kind that is code": (put("schema", 0, "kind", to="__import__('os')"), "structure"),
    "a role that is a list": (put("schema", 0, "role", to=["key"]), "structure"),
    "two columns of one name": (put("schema", 1, "name", to="id"), "structure"),
    "a sentence of a file": (put("schema", 0, "reason", to=KEY), "structure"),
    "a sentence of a device": (put("notices", 0, "key", to="/dev/zero.x"), "structure"),
    "a sentence without figures": (put("notices", 0, "figures", to={}), "structure"),
    "a sentence that looks inside": (put("notices", 0, "figures", to={"n": {"__class__": MARK}}), "structure"),
    "a sentence of no key": (put("notices", 0, to={"key": [MARK], "figures": {}}), "structure"),
    "no steps": (put("preparation", "steps", to=[]), "structure"),
    "a step that is code": (put("preparation", "steps", 0, "type", to="exec"), "structure"),
    "a step that divides by zero": (put("preparation", "steps", 0, "scale", to=0.0), "structure"),
    "a step of a text": (put("preparation", "steps", 0, "center", to=MARK), "structure"),
    "a step of another column": (put("preparation", "steps", 0, "name", to=MARK), "structure"),
    "a step upside down": (put("preparation", "steps", 0, to=UPSIDE_DOWN), "structure"),
    "a logarithm by zero": (put("preparation", "steps", 0, "log_unit", to=0.0), "structure"),
    "a step that is a list": (put("preparation", "steps", 0, to=[MARK]), "structure"),
    "no cards": (put("cards", to=[]), "structure"),
    "a card too few": (lambda data: forged(data, lambda d: d["cards"].pop()), "structure"),
    "two cards of one label": (put("cards", 0, "label", to=1), "structure"),
    "a card of noise": (put("cards", 0, "label", to=-1), "structure"),
    "a card called unassigned": (put("cards", 0, "id", to="unassigned"), "structure"),
    "a card's id with escapes": (put("cards", 0, "id", to="\x1b[2J"), "structure"),
    "a card without a name": (put("cards", 0, "name", to=""), "structure"),
    "quantiles without a center": (put("cards", 0, "center", to={}), "structure"),
    "a card of no levels": (put("cards", 0, "levels", to={"plan": {}}), "structure"),
    "a reference of no rows": (put("reference", "n_samples", to=0), "structure"),
    "an unheard-of family": (put("manifest", "family", to=MARK), "structure"),
    "a card of half a row": (put("cards", 0, "size", to=1.5), "structure"),
    "four quantiles": (put("cards", 0, "quantiles", to={"hours": [1.0] * 4}), "structure"),
    "a rule that is a text": (put("cards", 0, "rule", to=MARK), "structure"),
    "counts without edges": (put("reference", "numbers", "hours", "counts", to=[1]), "structure"),
    "an edge that is a text": (put("reference", "numbers", "hours", "edges", 0, to=MARK), "structure"),
    "a rule that is a pickle": (put("assigner", "kind", to="pickle"), "structure"),
    "a rule that is a list": (put("assigner", "kind", to=["centers"]), "structure"),
    "33 deep in it": (put("notices", 0, "figures", to=json.loads("[" * 30 + "]" * 30)), "json"),
}  # fmt: skip


def write(folder: Path, *, large: bool) -> None:
    """Write all files and what is expected of them; those whose refusal takes long are a corpus of their own."""
    kmeans = (BUNDLES / "kmeans.segmint").read_bytes()
    expected: dict[str, str] = {}
    for group in (LARGE,) if large else (FILES, HEADERS, BOMBS, DESCRIPTIONS):
        for name, (make, code) in group.items():
            room = "model_assigners" if code == "not_finite" else "bundle"
            _keep(folder, expected, name, make(kmeans), f"{room}.{code}")
    for name, (base, make, code) in () if large else RULES.items():
        _keep(folder, expected, name, make((BUNDLES / f"{base}.segmint").read_bytes()), code)
    for name, head, code in () if large else holes(kmeans):
        _keep(folder, expected, name, head, code)
        os.truncate(folder / f"{name}.segmint", SPARSE)
    (folder / "expected.json").write_text(json.dumps(expected))


def _keep(folder: Path, expected: dict[str, str], name: str, content: bytes, code: str) -> None:
    (folder / f"{name}.segmint").write_bytes(content)
    assert name not in expected
    expected[name] = code


if __name__ == "__main__":
    write(Path(sys.argv[1]), large=sys.argv[2:] == ["large"])
