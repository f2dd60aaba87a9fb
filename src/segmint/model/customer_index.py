"""An index of customers in a bundle: prepared rows under pseudonyms, for those who ask the service for near ones.

It is the one part of a bundle that is about single customers, so it is there only where somebody asked for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError
from segmint.labels import NOISE
from segmint.model.preparation import BOUND
from segmint.types import FloatMatrix, IntVector

INDEX: Final = {"n_customers": int}
"""The shape of a stored index, for :func:`segmint.model.shapes.conform`."""
FEWEST: Final = 2
_DIGITS: Final = 16


@dataclass(frozen=True, eq=False)
class CustomerIndex:
    """Customers by pseudonym.

    Attributes
    ----------
    pseudonyms
        Numbers that stand for keys, none twice; shape (n_customers,), in the order of the table.
    rows
        The customers as the model's preparation makes them, shape (n_customers, n_features).
    """

    pseudonyms: IntVector
    rows: FloatMatrix

    @property
    def n_customers(self) -> int:
        """How many there are."""
        return len(self.pseudonyms)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return what is stored as arrays."""
        return {"pseudonyms": self.pseudonyms, "rows": self.rows}

    def to_json(self) -> dict[str, Any]:
        """Return what is stored beside the arrays."""
        return {"n_customers": self.n_customers}

    def texts(self, places: IntVector) -> list[str]:
        """Return the pseudonyms of some rows as they are sent."""
        return [pseudonym_text(number) for number in self.pseudonyms[places].tolist()]

    def places(self, texts: Iterable[str]) -> IntVector:
        """Return the row of each pseudonym; −1 for one that is not there, or is none.

        Examples
        --------
        >>> index = CustomerIndex(np.array([5, -2]), np.zeros((2, 1)))
        >>> index.places(["0000000000000005", "fffffffffffffffe", "nobody"]).tolist()
        [0, 1, -1]
        """
        known = [_number(text) for text in texts]
        numbers = np.array([0 if number is None else number for number in known], dtype=np.int64)
        order, rising = self._rising
        found = order[np.minimum(np.searchsorted(rising, numbers), self.n_customers - 1)]
        there = (self.pseudonyms[found] == numbers) & np.array(
            [number is not None for number in known], np.bool_
        )
        return np.where(there, found, NOISE).astype(np.int64)

    @cached_property
    def _rising(self) -> tuple[IntVector, IntVector]:
        """Return the order in which pseudonyms rise, and themselves in it."""
        order = np.argsort(self.pseudonyms)
        return order, self.pseudonyms[order]


def pseudonym_text(number: int) -> str:
    """Return sixteen hexadecimal digits.

    Examples
    --------
    >>> pseudonym_text(-1)
    'ffffffffffffffff'
    """
    return f"{number % 2**64:0{_DIGITS}x}"


def _number(text: str) -> int | None:
    if len(text) != _DIGITS or not set(text) <= set("0123456789abcdef"):
        return None
    number = int(text, 16)
    return number - 2**64 if number >= 2**63 else number


def audit_index_shapes(
    stored: Mapping[str, Any] | None, shapes: Mapping[str, tuple[int, ...]], n_features: int
) -> None:
    """Refuse arrays that are not those of the described index.

    Raises
    ------
    BundleError
        Naming the part that does not fit.
    """
    found = {name: shape for name, shape in shapes.items() if name.startswith("index.")}
    n = 0 if stored is None else stored["n_customers"]
    wanted = {} if stored is None else {"index.pseudonyms": (n,), "index.rows": (n, n_features)}
    if found != wanted or (stored is not None and n < FEWEST):
        raise BundleError("bundle.structure", place="model.index")


def audit_index_values(arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Refuse pseudonyms that stand there twice, and rows that no preparation makes.

    Raises
    ------
    BundleError
        If they are so.
    """
    if "index.pseudonyms" not in arrays:
        return
    pseudonyms, rows = arrays["index.pseudonyms"], arrays["index.rows"]
    typed = pseudonyms.dtype == np.int64 and rows.dtype == np.float64
    if not typed or len(np.unique(pseudonyms)) < len(pseudonyms) or not bool((np.abs(rows) <= BOUND).all()):
        raise BundleError("bundle.structure", place="model.index")
