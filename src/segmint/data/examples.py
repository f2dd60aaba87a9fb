"""Tables that are shipped with Segmint."""

from __future__ import annotations

from pathlib import Path

from segmint.errors import NotFoundError

_TABLES = Path(__file__).with_name("tables")
_SUFFIXES = (".csv", ".parquet")


def example_table(name: str) -> Path:
    """Return the path of a table that is shipped; ``tables/SOURCES.md`` says where it comes from.

    Parameters
    ----------
    name
        ``wholesale_customers``: yearly spending of 440 customers of a wholesaler in six categories, with
        channel and region. ``online_retail_extract``: 49,238 lines of invoices of 551 customers in a year. ``snips_requests``: 2,800 requests to a voice
        assistant with their seven intents.

    Raises
    ------
    NotFoundError
        If there is no such table.

    References
    ----------
    M. Cardoso (2013). Wholesale customers. UCI Machine Learning Repository. doi:10.24432/C5030X
    A. Coucke et al. (2018). Snips Voice Platform. arXiv:1805.10190 (the requests are CC0)
    D. Chen (2015). Online Retail. UCI Machine Learning Repository. doi:10.24432/C5BW33

    Examples
    --------
    >>> example_table("wholesale_customers").name
    'wholesale_customers.csv'
    """
    tables = {path.stem: path for path in sorted(_TABLES.iterdir()) if path.suffix in _SUFFIXES}
    if name not in tables:
        raise NotFoundError("data.no_example", name=name, known=list(tables))
    return tables[name]
