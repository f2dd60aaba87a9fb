"""Plain data as it is sent back."""

from __future__ import annotations

import json
from typing import Any

from segmint.model.cards import SegmentCard
from segmint.serve.served import Served
from segmint.words.visible import safe


def encoded(content: Any) -> bytes:
    """Return plain data as JSON in UTF-8."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def segment(card: SegmentCard) -> dict[str, Any]:
    """Return a segment's card as it is served."""
    told = card.to_json()
    return {"short": card.short, **told, "summary": safe(str(card.summary))}


def _signature(served: Served) -> dict[str, Any] | None:
    signed = served.signature
    return None if signed is None else {"key": signed.key, "version": signed.version}


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
        "key": None if served.model.schema.key is None else served.model.schema.key.name,
        "fields": [
            {"name": feature.name, "kind": feature.kind.value, "unit": feature.unit}
            for feature in served.model.schema.clustering
        ],
    }
