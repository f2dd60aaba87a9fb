"""The build context: every file of it, described before anything is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from segmint.image.blanks import filled
from segmint.image.facts import Facts, facts_of
from segmint.image.lock import MLFLOW, SERVE, lock_text, read_lock
from segmint.image.rooms import serving_files
from segmint.image.sbom import bill, bill_of_packages
from segmint.image.wheels import admitted_wheels, narrowed
from segmint.model.bundle import from_bytes, signature_of

CONTENTS: Final = "package.json"
FORMAT: Final = 1

TEMPLATES: Final = {
    "Dockerfile": "Dockerfile",
    ".dockerignore": "dockerignore",
    ".gitignore": "gitignore",
    "README.md": "README.md",
    "compose.yaml": "compose.yaml",
    "mlflow/Dockerfile": "mlflow/Dockerfile",
    "prometheus/prometheus.yml": "prometheus/prometheus.yml",
    "prometheus/alerts.yml": "prometheus/alerts.yml",
}
"""Paths in the context, and the text that each is made of."""


@dataclass(frozen=True, eq=False)
class Context:
    """A build context.

    Attributes
    ----------
    facts
        Which model is in it.
    files
        Content by path, relative to the folder, in the order of the paths.
    n_wheels
        How many wheels are in it; without any, the build asks a package registry.
    """

    facts: Facts
    files: Mapping[str, bytes]
    n_wheels: int


def describe_context(bundle: bytes, wheels: Path | None = None) -> Context:
    """Return the build context of a model.

    Parameters
    ----------
    bundle
        The model's file; it goes into the image as it is, with its signature.
    wheels
        A folder of wheels, for a build that reaches no registry.

    Raises
    ------
    BundleError
        If the bytes are no model, or a text of it has characters that don't belong into a Dockerfile.
    UsageError
        If the wheels are not there, or not all of them.
    """
    facts = facts_of(from_bytes(bundle), signature_of(bundle)[0])
    locked = read_lock(lock_text(SERVE))
    chosen = {} if wheels is None else admitted_wheels(wheels, locked)
    code = serving_files()
    files = {
        **_texts(facts, no_index=bool(chosen)),
        **code,
        **{f"packages/{name}": content for name, content in chosen.items()},
        f"packages/{SERVE}": lock_text(SERVE).encode(),
        f"mlflow/{MLFLOW}": lock_text(MLFLOW).encode(),
        "mlflow/sbom.cdx.json": _bill_of_mlflow(facts),
        "model.segmint": bundle,
        "sbom.cdx.json": bill(facts, narrowed(locked, chosen), code, bundle),
        "LICENSE": _license(),
    }
    files[CONTENTS] = _contents(facts, files)
    return Context(facts, dict(sorted(files.items())), len(chosen))


def _texts(facts: Facts, *, no_index: bool) -> dict[str, bytes]:
    blanks = {
        **{name: str(value) for name, value in asdict(facts).items()},
        "slug": facts.slug,
        "image": facts.image,
        "mlflow": _mlflow_version(),
        "no_index": "1" if no_index else "",
    }
    return {path: filled(_template(name), blanks).encode() for path, name in TEMPLATES.items()}


def _mlflow_version() -> str:
    return {package.name: package.version for package in read_lock(lock_text(MLFLOW))}["mlflow"]


def _bill_of_mlflow(facts: Facts) -> bytes:
    locked = read_lock(lock_text(MLFLOW))
    return bill_of_packages("segmint/mlflow", _mlflow_version(), locked, made_by=facts.segmint)


def _template(name: str) -> str:
    return resources.files("segmint.image").joinpath("templates", name).read_text(encoding="utf-8")


def _license() -> bytes:
    return (distribution("segmint").read_text("licenses/LICENSE") or "").encode()


def _contents(facts: Facts, files: Mapping[str, bytes]) -> bytes:
    """Return what the folder says of itself: how a later packaging tells its own files from others."""
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())}
    told = {"format": FORMAT, "model": asdict(facts), "image": facts.image, "files": digests}
    return json.dumps(told, indent=2).encode() + b"\n"
