"""Bundles as versions of registered models. Files are the truth; only the aliases live in MLflow."""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from segmint.errors import BundleError, NotFoundError, UsageError
from segmint.model.bundle import content_hash, read_bundle, with_signature, write_bundle
from segmint.model.canonical import dumps, loads
from segmint.model.ids import check_model_name
from segmint.model.signature import Signature
from segmint.track.imported import MlflowClient, MlflowException, artifacts, entities
from segmint.track.packaging import BUNDLE, write_model
from segmint.track.server import asking
from segmint.track.writer import local_folder

HASH_TAG: Final = "segmint.content_hash"
SIGNATURE_TAG: Final = "segmint.signature"
CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"
_MISSING: Final = frozenset({"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"})
_COLLISION: Final = "BAD_REQUEST"
"""What MLflow calls a rule of its database that an insert broke."""
_REFERENCE: Final = re.compile(r"models:/(?P<name>[^/@:]+)(?:@(?P<alias>[^/@:]+)|/(?P<version>[0-9]+))")
_ATTEMPTS: Final = 20


@dataclass(frozen=True)
class Version:
    """A version of a registered model.

    ``created`` is whether this call made it; ``run_id`` the run that it comes from.
    """

    name: str
    version: int
    aliases: tuple[str, ...]
    content_hash: str
    run_id: str | None
    created: bool = False


# ------------------------------------------------------------------------------------- registering


def register(bundle: Path, *, name: str, uri: str, run_id: str) -> Version:
    """Register a bundle as a version of a model, once.

    The first version gets the aliases ``champion`` and ``challenger``, later ones ``challenger`` only.
    A version carries the bundle's hash: the same bundle again gives the version that is there, and
    leaves the aliases alone. Two processes may register at once: of two versions with one hash the
    later one is taken back by its own maker, and ``challenger`` ends at the newest.

    Parameters
    ----------
    bundle
        The bundle file.
    name
        The registered model's name.
    uri
        The tracking server (see :func:`segmint.track.writer.send`).
    run_id
        MLflow's id of the study's run.

    Raises
    ------
    BundleError
        If the file is not a whole bundle.
    TrackingError
        If the server does not answer or refuses something.
    UsageError
        If the name cannot be one.
    """
    check_model_name(name)
    bundle_hash = content_hash(bundle)
    with asking(uri) as client:
        _ensure_model(client, name)
        found = _first_with(bundle_hash, all_versions(client, name))
        if found is None:
            found, created = _create(client, bundle, name, run_id, bundle_hash)
        else:
            created = False
        _set_aliases(client, name, int(found.version), move_challenger=created)
        return _version(client.get_model_version(name, found.version), created=created)


def versions(name: str, *, uri: str) -> tuple[Version, ...]:
    """Return the versions of a registered model, the first one first.

    Raises
    ------
    NotFoundError
        If there is no such model.
    TrackingError
        If the server does not answer.
    """
    with asking(uri) as client:
        registered_model(client, name)
        found = all_versions(client, name)
        return tuple(_version(client.get_model_version(name, each.version)) for each in found)


def _ensure_model(client: MlflowClient, name: str) -> None:
    try:
        client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code not in _MISSING:
            raise
        try:
            client.create_registered_model(name)
        except MlflowException as again:
            if again.error_code != "RESOURCE_ALREADY_EXISTS":  # else: another process was faster
                raise


def _create(client: MlflowClient, bundle: Path, name: str, run_id: str, bundle_hash: str) -> tuple[Any, bool]:
    """Make a version; give the first one with this hash, and whether it is the one made here."""
    logged = _log_model(client, bundle, name, run_id, bundle_hash)
    made = client.create_model_version(
        name,
        source=logged.artifact_location,
        run_id=run_id,
        model_id=logged.model_id,
        tags={HASH_TAG: bundle_hash},
    )
    first = _first_with(bundle_hash, all_versions(client, name))
    if first is not None and int(first.version) < int(made.version):
        client.delete_model_version(name, made.version)
        client.delete_logged_model(logged.model_id)
        return first, False
    client.log_outputs(run_id, [entities.LoggedModelOutput(logged.model_id, step=0)])
    linked = json.dumps([{"name": name, "version": str(made.version)}])
    client.set_logged_model_tags(logged.model_id, {"mlflow.modelVersions": linked})
    return made, True


def _log_model(client: MlflowClient, bundle: Path, name: str, run_id: str, bundle_hash: str) -> Any:
    experiment_id = client.get_run(run_id).info.experiment_id
    logged = client.create_logged_model(
        experiment_id, name=name, source_run_id=run_id, tags={HASH_TAG: bundle_hash}
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder = local_folder(logged.artifact_location) or Path(scratch) / "model"
        write_model(bundle, folder, model_id=logged.model_id, run_id=run_id)
        if local_folder(logged.artifact_location) is None:
            client.log_model_artifacts(logged.model_id, str(folder))
    return client.finalize_logged_model(logged.model_id, entities.LoggedModelStatus.READY)


# ------------------------------------------------------------------------------------------ aliases


def _set_aliases(client: MlflowClient, name: str, version: int, *, move_challenger: bool) -> None:
    existing = _numbers(all_versions(client, name))
    if version == existing[0] and CHAMPION not in _aliases(client, name):
        set_alias(client, name, CHAMPION, version)
    if not move_challenger and CHALLENGER in _aliases(client, name):
        return
    for _ in range(_ATTEMPTS):
        newest = _numbers(all_versions(client, name))[-1]
        if _aliases(client, name).get(CHALLENGER) == newest:
            return
        with contextlib.suppress(MlflowException):  # a version that its maker took back meanwhile
            client.set_registered_model_alias(name, CHALLENGER, str(newest))


def set_alias(client: MlflowClient, name: str, alias: str, version: int) -> None:
    """Set an alias, again where another process wrote the same alias at the same moment.

    MLflow looks whether the alias is there and then inserts it: of two at once one breaks its database's rule.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            client.set_registered_model_alias(name, alias, str(version))
            return
        except MlflowException as error:
            if error.error_code != _COLLISION or attempt == _ATTEMPTS:
                raise


def _aliases(client: MlflowClient, name: str) -> dict[str, int]:
    return {alias: int(number) for alias, number in client.get_registered_model(name).aliases.items()}


def _numbers(found: Sequence[Any]) -> list[int]:
    """Return the numbers of the versions that stay: of several with one hash the first one does."""
    first: dict[str, int] = {}
    for each in found:
        first.setdefault(each.tags.get(HASH_TAG) or f"version {each.version}", int(each.version))
    return sorted(first.values())


def all_versions(client: MlflowClient, name: str) -> list[Any]:
    """Return MLflow's versions of a model, by number, ascending."""
    found: list[Any] = []
    token = None
    while True:
        page = client.search_model_versions(f"name = '{name}'", max_results=1000, page_token=token)
        found += page
        token = page.token
        if not token:
            return sorted(found, key=lambda each: int(each.version))


def _first_with(bundle_hash: str, found: Sequence[Any]) -> Any | None:
    return next((each for each in found if each.tags.get(HASH_TAG) == bundle_hash), None)


def _version(found: Any, *, created: bool = False) -> Version:
    return Version(
        name=found.name,
        version=int(found.version),
        aliases=tuple(sorted(found.aliases)),
        content_hash=found.tags.get(HASH_TAG, ""),
        run_id=found.run_id,
        created=created,
    )


# ---------------------------------------------------------------------------------------- resolving


def resolve(reference: str, *, uri: str, cache: Path) -> Path:
    """Return the bundle file of a registered model.

    Parameters
    ----------
    reference
        ``models:/NAME@ALIAS`` or ``models:/NAME/VERSION``.
    uri
        The tracking server.
    cache
        A folder that keeps what is pulled from a server, by content hash; a bundle that lies in a folder
        of this machine is used where it is.

    Raises
    ------
    UsageError
        If the reference is of another form.
    NotFoundError
        If there is no such model, version or alias.
    BundleError
        If the bytes are not those that were registered.
    TrackingError
        If the server does not answer.
    """
    name, alias, number = _parts(reference)
    with asking(uri) as client:
        version = find_version(client, name, alias, number)
        bundle_hash = version.tags.get(HASH_TAG)
        if not bundle_hash:
            raise NotFoundError("track.no_bundle", name=name, version=version.version)
        location = client.get_model_version_download_uri(name, version.version)
        path = _pull(location, bundle_hash, uri, cache)
    if not _is_bundle(path, bundle_hash):
        raise BundleError("track.altered", where=str(path), name=name, version=version.version)
    signature = version.tags.get(SIGNATURE_TAG)
    return path if signature is None else _signed(path, signature, cache / f"{bundle_hash}.signed.segmint")


def _signed(path: Path, told: str, kept: Path) -> Path:
    """Return a copy that carries the signature which the registry keeps; whether it is true is the reader's question."""
    data = with_signature(read_bundle(path), Signature.from_json(loads(told.encode())))
    if not kept.is_file() or kept.read_bytes() != data:
        write_bundle([data], kept)
    return kept


def pin(reference: str, *, uri: str) -> str:
    """Return a reference by the number of the version that it means now; an alias may mean another one soon.

    Raises
    ------
    UsageError, NotFoundError, TrackingError
        As :func:`resolve`.
    """
    name, alias, number = _parts(reference)
    with asking(uri) as client:
        return f"models:/{name}/{find_version(client, name, alias, number).version}"


def keep_signature(reference: str, content: str, signature: Signature, *, uri: str) -> None:
    """Keep a signature of a registered version: a tag of it.

    Parameters
    ----------
    reference
        ``models:/NAME/VERSION`` (see :func:`pin`).
    content
        The content hash that is signed.
    signature
        Its signature.
    uri
        The tracking server.

    Raises
    ------
    BundleError
        If the version is one of another content; its own signature stays.
    UsageError, NotFoundError, TrackingError
        As :func:`resolve`.
    """
    name, alias, number = _parts(reference)
    with asking(uri) as client:
        version = find_version(client, name, alias, number)
        if version.tags.get(HASH_TAG) != content:
            raise BundleError("track.altered", where=reference, name=name, version=version.version)
        client.set_model_version_tag(
            name, version.version, SIGNATURE_TAG, dumps(signature.to_json()).decode()
        )


def _parts(reference: str) -> tuple[str, str | None, str | None]:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise UsageError("track.bad_reference", reference=reference)
    return found["name"], found["alias"], found["version"]


def find_version(client: MlflowClient, name: str, alias: str | None, number: str | None) -> Any:
    """Return MLflow's version of a model by alias or number.

    Raises
    ------
    NotFoundError
        If there is no such model, version or alias.
    """
    model = registered_model(client, name)
    try:
        if alias is not None:
            return client.get_model_version_by_alias(name, alias)
        return client.get_model_version(name, str(number))
    except MlflowException as error:
        if error.error_code not in _MISSING:
            raise
        known = [str(each.version) for each in all_versions(client, name)] + [f"@{a}" for a in model.aliases]
        wanted = f"@{alias}" if alias is not None else str(number)
        raise NotFoundError("track.no_such_version", name=name, wanted=wanted, known=known) from error


def registered_model(client: MlflowClient, name: str) -> Any:
    """Return MLflow's registered model.

    Raises
    ------
    NotFoundError
        If there is no such model.
    """
    try:
        return client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code not in _MISSING:
            raise
        known = [each.name for each in client.search_registered_models(max_results=20)]
        raise NotFoundError("track.no_such_model", name=name, known=known or ["–"]) from error


def _pull(location: str, bundle_hash: str, uri: str, cache: Path) -> Path:
    folder = local_folder(location)
    if folder is not None:
        return folder / BUNDLE
    kept = cache / f"{bundle_hash}.segmint"
    if not _is_bundle(kept, bundle_hash):
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".pull-", dir=cache) as scratch:
            pulled = artifacts.download_artifacts(
                f"{location.rstrip('/')}/{BUNDLE}", dst_path=scratch, tracking_uri=uri
            )
            Path(pulled).replace(kept)
    return kept


def _is_bundle(path: Path, bundle_hash: str) -> bool:
    try:
        return content_hash(path) == bundle_hash
    except (BundleError, NotFoundError):
        return False
