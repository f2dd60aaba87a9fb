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
    needs = {_IMAGE: [_PRODUCT, _MODEL], _PRODUCT: _asked(locked), _MODEL: []}
    image = _image(f"segmint/{facts.slug}", facts.version)
    parts = [_product(facts, code), _model(facts, bundle), *map(_package, locked)]
    return _document(image, parts, needs | _needs(locked), facts.segmint)


def bill_of_packages(name: str, version: str, locked: Sequence[Locked], *, made_by: str) -> bytes:
    """Return the bill of materials of an image that adds packages alone.

    Parameters
    ----------
    name, version
        The image's.
    locked
        See :func:`bill`.
    made_by
        The version of the product.
    """
    needs = {_IMAGE: _asked(locked)} | _needs(locked)
    return _document(_image(name, version), [*map(_package, locked)], needs, made_by)


def _document(image: Part, parts: Sequence[Part], needs: Mapping[str, Sequence[str]], made_by: str) -> bytes:
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": image,
            "tools": {"components": [{"type": "application", "name": "segmint", "version": made_by}]},
        },
        "components": parts,
        "dependencies": [
            {"ref": part, **({"dependsOn": needed} if needed else {})} for part, needed in needs.items()
        ],
    }
    content = json.dumps(document, sort_keys=True).encode()
    serial = uuid.uuid5(uuid.NAMESPACE_OID, hashlib.sha256(content).hexdigest())
    return json.dumps({**document, "serialNumber": f"urn:uuid:{serial}"}, indent=2).encode() + b"\n"


def _image(name: str, version: str) -> Part:
    return {"type": "container", "bom-ref": _IMAGE, "name": name, "version": version}


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


def _asked(locked: Sequence[Locked]) -> list[str]:
    return [_address(package) for package in locked if package.asked]


def _needs(locked: Sequence[Locked]) -> dict[str, list[str]]:
    return {
        _address(package): [_address(other) for other in locked if package.name in other.needed_by]
        for package in locked
    }


def _hashes(digests: Sequence[str]) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": digest} for digest in digests]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
