"""What an image adds to its base, as a CycloneDX 1.6 document: the same content gives the same bytes.

What the base brings (Python, the C library, certificates) is the base's own bill of materials.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from segmint.image.facts import Facts
from segmint.image.lock import Locked

_IMAGE: Final = "image"
_PRODUCT: Final = "segmint"
_MODEL: Final = "model"
_LICENSE: Final = [{"license": {"id": "Apache-2.0"}}]

Part = dict[str, Any]


def bill(facts: Facts, locked: Sequence[Locked], code: Mapping[str, bytes], bundle: bytes) -> bytes:
    """Return the bill of materials.

    Parameters
    ----------
    facts
        Which model it is.
    locked
        The packages that are installed. One whose file is known has that file's hash; of others all files
        that the lock admits are named as ways to get it.
    code
        The product's own files by path.
    bundle
        The model's file.
    """
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": _image(facts),
            "tools": {"components": [{"type": "application", "name": "segmint", "version": facts.segmint}]},
        },
        "components": [_product(facts, code), _model(facts, bundle), *map(_package, locked)],
        "dependencies": _dependencies(locked),
    }
    content = json.dumps(document, sort_keys=True).encode()
    serial = uuid.uuid5(uuid.NAMESPACE_OID, hashlib.sha256(content).hexdigest())
    return json.dumps({**document, "serialNumber": f"urn:uuid:{serial}"}, indent=2).encode() + b"\n"


def _image(facts: Facts) -> Part:
    return {"type": "container", "bom-ref": _IMAGE, "name": f"segmint/{facts.slug}", "version": facts.version}


def _product(facts: Facts, code: Mapping[str, bytes]) -> Part:
    return {
        "type": "library",
        "bom-ref": _PRODUCT,
        "name": "segmint",
        "version": facts.segmint,
        "description": "The rooms of the product that the serving process imports",
        "licenses": _LICENSE,
        "components": [
            {"type": "file", "name": path, "hashes": _hashes([_sha256(content)])}
            for path, content in code.items()
        ],
    }


def _model(facts: Facts, bundle: bytes) -> Part:
    return {
        "type": "machine-learning-model",
        "bom-ref": _MODEL,
        "name": facts.name,
        "version": facts.version,
        "hashes": _hashes([_sha256(bundle)]),
        "modelCard": {
            "modelParameters": {
                "approach": {"type": "unsupervised"},
                "task": "clustering",
                "architectureFamily": facts.family,
            }
        },
        "properties": [
            {"name": "segmint:model:content", "value": facts.content},
            {"name": "segmint:model:fingerprint", "value": facts.fingerprint},
            {"name": "segmint:model:revision", "value": str(facts.revision)},
        ],
    }


def _package(package: Locked) -> Part:
    address = _address(package)
    part = {
        "type": "library",
        "bom-ref": address,
        "name": package.name,
        "version": package.version,
        "purl": address,
    }
    if len(package.hashes) == 1:
        return part | {"hashes": _hashes(package.hashes)}
    ways = {"type": "distribution", "url": address, "hashes": _hashes(package.hashes)}
    return part | {"externalReferences": [ways | {"comment": "One of these files, by platform"}]}


def _address(package: Locked) -> str:
    return f"pkg:pypi/{package.name}@{package.version}"


def _dependencies(locked: Sequence[Locked]) -> list[Part]:
    needs = {
        _IMAGE: [_PRODUCT, _MODEL],
        _PRODUCT: [_address(package) for package in locked if package.asked],
        _MODEL: [],
    }
    for package in locked:
        needs[_address(package)] = [_address(other) for other in locked if package.name in other.needed_by]
    return [{"ref": part, **({"dependsOn": needed} if needed else {})} for part, needed in needs.items()]


def _hashes(digests: Sequence[str]) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": digest} for digest in digests]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
