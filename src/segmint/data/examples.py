"""Tables that are shipped with Segmint."""

from __future__ import annotations

from pathlib import Path

from segmint.errors import NotFoundError

_TABLES = Path(__file__).with_name("tables")


def example_table(name: str) -> Path:
    """Return the path of a table that is shipped; ``tables/SOURCES.md`` says where it comes from.

    Parameters
    ----------
    name
        ``wholesale_customers``: yearly spending of 440 customers of a wholesaler in six categories, with
        channel and region.

    Raises
    ------
    NotFoundError
        If there is no such table.

    References
    ----------
    M. Cardoso (2013). Wholesale customers. UCI Machine Learning Repository. doi:10.24432/C5030X

    Examples
    --------
    >>> example_table("wholesale_customers").name
    'wholesale_customers.csv'
    """
    tables = {path.stem: path for path in sorted(_TABLES.glob("*.csv"))}
    if name not in tables:
        raise NotFoundError("data.no_example", name=name, known=list(tables))
    return tables[name]
