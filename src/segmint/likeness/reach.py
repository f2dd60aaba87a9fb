"""How many an audience takes: a share of those who can be in it, or a count."""

from __future__ import annotations

import re
from dataclasses import dataclass

from segmint.errors import UsageError

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%")
_COUNT = re.compile(r"[0-9]{1,12}")
_SHARE = re.compile(r"0?\.[0-9]{1,6}")


@dataclass(frozen=True)
class Reach:
    """A share, 0 < share ≤ 1, or a count of at least one; the other is ``None``."""

    share: float | None = None
    count: int | None = None

    def of(self, n_candidates: int) -> int:
        """Return how many of the candidates are taken: at least one.

        Raises
        ------
        UsageError
            If there are fewer candidates than the count.
        """
        if self.count is not None and self.count > n_candidates:
            raise UsageError("likeness.reach_above", n=self.count, candidates=n_candidates)
        return self.count or max(1, round((self.share or 0.0) * n_candidates))


def read_reach(text: str) -> Reach:
    """Read ``5%`` or ``500``.

    Raises
    ------
    UsageError
        If it is neither, nothing at all, or more than everybody.

    Examples
    --------
    >>> read_reach("5%"), read_reach("500").of(1000)
    (Reach(share=0.05, count=None), 500)
    """
    percent, count = _PERCENT.fullmatch(text.strip()), _COUNT.fullmatch(text.strip())
    if percent and 0 < float(percent[1]) <= 100:
        return Reach(share=float(percent[1]) / 100)
    if count and int(count[0]) > 0:
        return Reach(count=int(count[0]))
    share = _SHARE.fullmatch(text.strip())
    if share and float(share[0]) > 0:
        raise UsageError("likeness.reach_as_share", text=text, percent=f"{round(100 * float(share[0]), 6):g}")
    raise UsageError("likeness.bad_reach", text=text)
