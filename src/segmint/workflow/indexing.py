"""A model with an index of customers: what a service needs to be asked for near ones and for audiences.

Keys never go into it: each becomes a pseudonym, a keyed hash whose secret lies in the workspace alone.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from segmint.data import ReadOptions, open_writer
from segmint.errors import DataError, UsageError
from segmint.likeness.audience import first_rows
from segmint.likeness.crowd import crowd_of
from segmint.model.bundle import save_bundle
from segmint.model.container import MOST_BYTES
from segmint.model.customer_index import FEWEST, CustomerIndex, pseudonym_text
from segmint.model.files import write_file
from segmint.model.segment_model import SegmentModel
from segmint.types import IntVector, Progress, silent
from segmint.words import Sentence, sentence
from segmint.workflow.customers import read_customers
from segmint.workflow.locking import alone
from segmint.workflow.workspace import Workspace, keeping, open_workspace

_SECRET: Final = "pseudonyms.secret"
_SECRET_BYTES: Final = 32
"""As many hexadecimal pairs."""
_BYTES: Final = 8
"""Of a number, and of a pseudonym: two of a million keys share one by chance once in 37 million indexes."""


@dataclass(frozen=True)
class Indexed:
    """What was written.

    Attributes
    ----------
    bundle, content
        The model with its index, and its content hash.
    pseudonyms
        A table of keys and pseudonyms, ``NAME-VERSION.pseudonyms.csv``: the one way back, and personal data.
    n_customers, n_bytes
        How many are in the index, and what it adds to the file.
    notices
        What was repaired or left out.
    """

    bundle: Path
    content: str
    pseudonyms: Path
    n_customers: int
    n_bytes: int
    notices: tuple[Sentence, ...]


def index_customers(
    model: SegmentModel,
    data: Any,
    target: str | Path,
    workspace: str | Path,
    *,
    reading: ReadOptions | None = None,
    progress: Progress = silent,
) -> Indexed:
    """Write a model with an index of customers.

    Parameters
    ----------
    model
        The segmentation; an index that it has is replaced.
    data
        The customers: whatever :func:`segmint.read` takes.
    target
        The bundle to write.
    workspace
        Where the secret of pseudonyms lies (made at the first time, the same from then on), and where the table of
        pseudonyms is written.
    reading
        How the data are written; ``key`` names the key's column where the model has none.
    progress
        Step ``read_customers``.

    Raises
    ------
    UsageError
        If no column is the key, or the model was read from a bundle of the first form.
    DataError
        If there are fewer than two customers, more than a bundle can hold, or all of them are equal.
    SourceError, SchemaError, ValueRuleError
        As :func:`segmint.read` does.

    Examples
    --------
    >>> import pandas as pd, segmint, tempfile
    >>> table = pd.read_csv(segmint.example_table("wholesale_customers"))
    >>> table.insert(0, "client_id", [f"c{n}" for n in range(len(table))])
    >>> options = segmint.RunOptions(families=("kmeans",), ks=(2, 3), n_resamples=5)
    >>> model = segmint.study(segmint.read(table), options).model
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     done = index_customers(model, table, Path(folder) / "indexed.segmint", folder)
    ...     carried = segmint.load_model(done.bundle).index
    >>> carried.n_customers
    440
    """
    if model.landmarks is None:
        raise UsageError("workflow.old_form")
    reading = reading or ReadOptions()
    key = reading.key or (None if model.schema.key is None else model.schema.key.name)
    if key is None:
        raise UsageError("workflow.no_key_to_index")
    progress("read_customers", 0, 1)
    customers = read_customers(model, data, replace(reading, key=key))
    progress("read_customers", len(customers.keys), len(customers.keys))
    firsts = first_rows(customers.keys)
    _refuse_sizes(len(firsts), customers.X.shape[1])
    notices = customers.notices
    if len(customers.keys) > len(firsts):
        n_repeated = len(customers.keys) - len(firsts)
        notices = (*notices, sentence("likeness.notice.repeated_keys", n=n_repeated))
    keys, rows = sorted(firsts, key=firsts.__getitem__), np.array(sorted(firsts.values()), dtype=np.int64)
    crowd_of(customers.X[rows], 0)  # of equal customers nobody is nearer than another
    place = open_workspace(workspace)
    with alone(place.folder):
        numbers = pseudonyms_of(keys, _secret(place))
        index = CustomerIndex(numbers, np.ascontiguousarray(customers.X[rows]))
        content = save_bundle(replace(model, index=index), target)
        table = _write_pseudonyms(f"{model.manifest.name}-{content[:16]}", key, keys, numbers, place)
    n_bytes = sum(array.nbytes for array in index.arrays().values())
    return Indexed(Path(target), content, table, index.n_customers, n_bytes, notices)


def pseudonyms_of(keys: Sequence[str], secret: bytes) -> IntVector:
    """Return the first eight bytes of HMAC-SHA-256 of each key as a signed number.

    Without the secret nobody can try keys out, as with a plain hash. Krawczyk, Bellare, Canetti (1997), RFC 2104,
    doi:10.17487/RFC2104.

    Raises
    ------
    DataError
        If two keys get one number.

    Examples
    --------
    >>> pseudonyms_of(["c1", "c2"], b"secret").tolist()
    [5588842572250377214, 3372260970602370213]
    """
    digests = b"".join(hmac.digest(secret, key.encode(), "sha256")[:_BYTES] for key in keys)
    numbers = np.frombuffer(digests, dtype=">i8").astype(np.int64)
    if len(np.unique(numbers)) < len(numbers):
        raise DataError("workflow.one_pseudonym", n=len(numbers))
    return numbers


def _refuse_sizes(n_customers: int, n_features: int) -> None:
    size = 8.0 * n_customers * (n_features + 1)
    if n_customers < FEWEST:
        raise DataError("workflow.too_few_to_index", n=n_customers)
    if size > MOST_BYTES:
        raise DataError("workflow.too_many_to_index", n=n_customers, size=size, most=MOST_BYTES)


def _secret(place: Workspace) -> bytes:
    """Return the workspace's secret, made at the first time; only its owner can read it."""
    path = place.members / _SECRET
    with keeping(path):
        place.members.mkdir(parents=True, exist_ok=True)
        place.members.chmod(0o700)
        if not path.is_file():
            write_file(path, [secrets.token_hex(_SECRET_BYTES).encode()], refusal="workflow.unwritable")
            path.chmod(0o600)
        secret = path.read_bytes()
    if len(secret) != 2 * _SECRET_BYTES:
        raise DataError("workflow.no_secret", name=path.name)
    return secret


def _write_pseudonyms(name: str, key: str, keys: Sequence[str], numbers: IntVector, place: Workspace) -> Path:
    path = place.members / f"{name}.pseudonyms.csv"
    texts = [pseudonym_text(number) for number in numbers.tolist()]
    column = "customer" if key == "pseudonym" else key
    with keeping(path), open_writer(path) as writer:
        writer.write({column: np.array(keys, dtype=object), "pseudonym": np.array(texts, dtype=object)})
    path.chmod(0o600)
    return path
