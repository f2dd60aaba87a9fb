"""Plain data as it is sent back."""

from __future__ import annotations

import json
from typing import Any, Final

from segmint.model.cards import SegmentCard
from segmint.model.segment_model import SegmentModel
from segmint.serve.served import Served
from segmint.words import say
from segmint.words.visible import safe

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_PIECE: Final = 200


def encoded(content: Any) -> bytes:
    """Return plain data as JSON in UTF-8.

    A long list in an object is written in pieces: in one piece nothing else in the process could go on meanwhile.

    Examples
    --------
    >>> encoded({"rows": [1.5, None], "name": "ä"}).decode()
    '{"rows":[1.5,null],"name":"ä"}'
    """
    if not isinstance(content, dict) or not any(_long(value) for value in content.values()):
        return _ENCODER.encode(content).encode()
    fields = (f"{_ENCODER.encode(name)}:{_in_pieces(value)}" for name, value in content.items())
    return f"{{{','.join(fields)}}}".encode()


def _long(value: Any) -> bool:
    return isinstance(value, list) and len(value) > _PIECE


def _in_pieces(value: Any) -> str:
    if not _long(value):
        return _ENCODER.encode(value)
    pieces = (_ENCODER.encode(value[start : start + _PIECE]) for start in range(0, len(value), _PIECE))
    return f"[{','.join(piece[1:-1] for piece in pieces)}]"


def segment(card: SegmentCard) -> dict[str, Any]:
    """Return a segment's card as it is served."""
    told = card.to_json()
    return {"short": card.short, **told, "summary": safe(str(card.summary))}


def _signature(served: Served) -> dict[str, Any] | None:
    signed = served.signature
    return None if signed is None else {"key": signed.key, "version": signed.version}


def _index(served: Served) -> dict[str, Any] | None:
    """Say what is stored of single customers."""
    index = served.model.index
    return None if index is None else {"n_customers": index.n_customers, "stores": say("serve.stores")}


def model(served: Served) -> dict[str, Any]:
    """Return what is known of the model: which, where it comes from, and the fields it needs."""
    manifest = served.model.manifest
    return {
        **served.about(),
        "family": manifest.family,
        "parameters": dict(manifest.parameters),
        "n_segments": len(served.model.cards),
        "verdict": manifest.verdict,
        "fingerprint": manifest.fingerprint,
        "confidence_kind": served.model.assigner.confidence_kind,
        "versions": dict(manifest.versions),
        "signature": _signature(served),
        "index": _index(served),
        "key": None if served.model.schema.key is None else served.model.schema.key.name,
        "fields": [
            {"name": feature.name, "kind": feature.kind.value, "unit": feature.unit}
            for feature in served.model.schema.clustering
        ],
        "text": text_field(served.model),
    }


def text_field(model: SegmentModel) -> dict[str, Any] | None:
    """Return which field may hold a text, and in the place of which; ``None`` for a model without topics."""
    topics = model.topics
    return None if topics is None else {"name": topics.text, "instead_of": list(topics.names)}
