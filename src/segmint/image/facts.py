"""What an image says of the model in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import version

from segmint.model.segment_model import SegmentModel


@dataclass(frozen=True)
class Facts:
    """Which model is in the image, and who made it.

    Attributes
    ----------
    name
        The model's name.
    version
        The first sixteen digits of the bundle's content hash, as every answer of the service names it.
    revision
        How often its segments were renamed.
    content
        The bundle's content hash.
    fingerprint
        SHA-256 of the training data's content.
    family
        What was fitted.
    segmint
        The version of the product.
    """

    name: str
    version: str
    revision: int
    content: str
    fingerprint: str
    family: str
    segmint: str

    @property
    def slug(self) -> str:
        """The name as every registry and project takes it: letters, digits, single hyphens."""
        return re.sub(r"[^a-z0-9]+", "-", self.name).strip("-")

    @property
    def image(self) -> str:
        """The image's name and tag."""
        return f"segmint/{self.slug}:{self.version}"


def facts_of(model: SegmentModel, content: str) -> Facts:
    """Return the facts of a model and the content hash of its bundle."""
    manifest = model.manifest
    return Facts(
        name=manifest.name,
        version=content[:16],
        revision=manifest.revision,
        content=content,
        fingerprint=manifest.fingerprint,
        family=manifest.family,
        segmint=version("segmint"),
    )
