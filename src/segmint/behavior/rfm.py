"""Features of customers from their purchases: recency, frequency, monetary value, and what stands beside them.

References
----------
A. M. Hughes (1994). Strategic Database Marketing. Probus.
P. S. Fader, B. G. S. Hardie, K. L. Lee (2005). "Counting Your Customers" the Easy Way: An Alternative to the
Pareto/NBD Model. Marketing Science 24(2), 275-284. doi:10.1287/mksc.1040.0098
"""

from __future__ import annotations

from typing import Final

from segmint.behavior.features import CURRENCY, BehaviorFeature, purposes_of
from segmint.data.engine import Connection, literal
from segmint.model.recipe import Recipe
from segmint.model.schema import Kind, Role
from segmint.words import Sentence, sentence

QUARTER: Final = 91
"""Days of a quarter."""

_COUNT, _NUMBER, _DATE = Kind.COUNT, Kind.NUMBER, Kind.DATE
_CLUSTER, _DESCRIBE = Role.CLUSTER, Role.DESCRIBE
_GAPS = "(n_days - 1)"
_SPAN = "(last_day - first_day)"
_BGNBD = "buy_till_you_die"

FEATURES: Final[tuple[BehaviorFeature, ...]] = (
    BehaviorFeature("recency", _COUNT, _CLUSTER, "days", ("date",), "at_day - last_day"),
    BehaviorFeature("frequency", _COUNT, _CLUSTER, "orders", ("date",), "n_orders"),
    BehaviorFeature("monetary", _NUMBER, _CLUSTER, CURRENCY, ("amount",), "monetary::DOUBLE"),
    BehaviorFeature("tenure", _COUNT, _DESCRIBE, "days", ("date",), "at_day - first_day"),
    BehaviorFeature(
        "gap_mean", _NUMBER, _DESCRIBE, "days", ("date",), f"CASE WHEN n_days > 1 THEN {_SPAN} / {_GAPS} END"
    ),
    BehaviorFeature(
        "gap_variation", _NUMBER, _DESCRIBE, None, ("date",),
        f"CASE WHEN n_days > 2 THEN sqrt((gap_squares - {_SPAN} * {_SPAN} / {_GAPS}) / (n_days - 2))"
        f" / ({_SPAN} / {_GAPS}) END",
    ),
    BehaviorFeature("basket_amount", _NUMBER, _DESCRIBE, CURRENCY, ("amount",), "amount::DOUBLE / n_orders"),
    BehaviorFeature("basket_items", _NUMBER, _DESCRIBE, "items", ("quantity",), "quantity::DOUBLE / n_orders"),
    BehaviorFeature("return_share", _NUMBER, _DESCRIBE, None, ("size",), "returned::DOUBLE / bought::DOUBLE"),
    BehaviorFeature("categories", _COUNT, _DESCRIBE, "categories", ("category",), "n_categories"),
    BehaviorFeature(
        "trend", _NUMBER, _DESCRIBE, None, ("date",),
        "CASE WHEN recent + before > 0 THEN (recent - before)::DOUBLE / (recent + before)::DOUBLE END",
    ),
    BehaviorFeature("first_purchase", _DATE, Role.DATE, None, ("date",), "DATE '1970-01-01' + first_day::INTEGER"),
    BehaviorFeature("last_purchase", _DATE, Role.DATE, None, ("date",), "DATE '1970-01-01' + last_day::INTEGER"),
    BehaviorFeature("bgnbd_frequency", _COUNT, _DESCRIBE, "days", ("date",), "n_days - 1", _BGNBD),
    BehaviorFeature("bgnbd_recency", _COUNT, _DESCRIBE, "days", ("date",), _SPAN, _BGNBD),
    BehaviorFeature("bgnbd_T", _COUNT, _DESCRIBE, "days", ("date",), "at_day - first_day", _BGNBD),
)  # fmt: skip


_ORDER: Final = """, "order", CASE WHEN "order" IS NULL THEN rowid END AS lone"""
"""A line without the number of its order is an order of its own."""


def make_sums(connection: Connection, recipe: Recipe, at: int) -> None:
    """Make the table ``sums``: one row a customer who bought, with all that the formulas of :data:`FEATURES` name.

    Parameters
    ----------
    connection
        The engine with the staged ``events``.
    recipe
        Its settings: ``cancelled``, what the number of a cancelled order begins with; ``returns``, ``apart``
        (they count only in the return share) or ``net`` (they are taken off the monetary value).
    at
        The day that counts as today, in days since 1970-01-01; later events are left out.
    """
    there = purposes_of(recipe)
    amount, quantity = ("amount" in there), ("quantity" in there)
    size = "amount" if amount else "quantity" if quantity else "NULL::DECIMAL(27, 9)"
    connection.execute(f"""
        CREATE VIEW lines AS
        SELECT key, day, {_sign(recipe)} AS sign, {"amount" if amount else "NULL::DECIMAL(27, 9)"} AS amount,
            {"quantity" if quantity else "NULL::DECIMAL(27, 9)"} AS quantity, {size} AS size
            {_ORDER if "order" in there else ""} {", category" if "category" in there else ""}
        FROM events WHERE day <= {at}""")
    connection.execute(f"CREATE TABLE orders AS {_orders(there)}")
    connection.execute(f"CREATE TABLE sums AS {_sums(recipe, at)}")


def _sign(recipe: Recipe) -> str:
    """Return what a line is: 1 bought, −1 returned or cancelled, 0 neither (of no quantity or no price)."""
    there = purposes_of(recipe)
    sizes = [name for name in ("quantity", "price", "amount") if name in there]
    cases = []
    if prefix := recipe.settings.get("cancelled"):
        cases.append(f"""WHEN starts_with("order", {literal(str(prefix))}) THEN -1""")
    if sizes:
        cases.append(f"WHEN {' OR '.join(f'{name} < 0' for name in sizes)} THEN -1")
        cases.append(f"WHEN {' AND '.join(f'{name} > 0' for name in sizes)} THEN 1")
    return f"CASE {' '.join(cases)} ELSE {0 if sizes else 1} END" if cases else "1"


def _orders(there: frozenset[str]) -> str:
    """Return one row an order; without numbers of orders each line is one."""
    if "order" not in there:
        return (
            "SELECT key, day AS first_day, day AS last_day, amount, quantity, size FROM lines WHERE sign = 1"
        )
    return """
        SELECT key, min(day) AS first_day, max(day) AS last_day, sum(amount) AS amount,
            sum(quantity) AS quantity, sum(size) AS size
        FROM lines WHERE sign = 1 GROUP BY key, "order", lone """


def _sums(recipe: Recipe, at: int) -> str:
    there = purposes_of(recipe)
    worth = "size" if "size" in there else "1"
    net = " - coalesce(returned_size, 0)" if recipe.settings.get("returns") == "net" else ""
    return f"""
        WITH bought AS (
            SELECT key, count(*) AS n_orders, min(first_day) AS first_day, max(last_day) AS last_day,
                sum(amount) AS amount, sum(quantity) AS quantity, sum(size) AS bought,
                coalesce(sum({worth}) FILTER (last_day > {at - QUARTER}), 0) AS recent,
                coalesce(sum({worth}) FILTER (last_day > {at - 2 * QUARTER} AND last_day <= {at - QUARTER}), 0)
                    AS before
            FROM orders GROUP BY key),
        gaps AS (
            SELECT key, count(*) AS n_days, coalesce(sum(gap * gap), 0)::BIGINT AS gap_squares FROM (
                SELECT key, (day - lag(day) OVER (PARTITION BY key ORDER BY day))::BIGINT AS gap
                FROM (SELECT DISTINCT key, day FROM lines WHERE sign = 1))
            GROUP BY key),
        back AS (
            SELECT key, sum(abs(size)) AS returned_size FROM lines WHERE sign = -1 GROUP BY key)
        SELECT key, n_orders, first_day, last_day, amount, quantity, bought, recent, before, n_days, gap_squares,
            {at} AS at_day, amount{net} AS monetary, coalesce(returned_size, 0) AS returned,
            coalesce(n_categories, 0) AS n_categories
        FROM bought JOIN gaps USING (key) LEFT JOIN back USING (key)
        LEFT JOIN ({_breadth(there)}) USING (key)"""


def _breadth(there: frozenset[str]) -> str:
    if "category" not in there:
        return "SELECT NULL::VARCHAR AS key, NULL::BIGINT AS n_categories WHERE false"
    return """
        SELECT key, count(*) AS n_categories FROM (
            SELECT DISTINCT key, category FROM lines WHERE sign = 1 AND category IS NOT NULL)
        GROUP BY key"""


def notices(connection: Connection, recipe: Recipe) -> tuple[Sentence, ...]:
    """Say what was no purchase, and who bought nothing by that day: all events may be later."""
    returned, neither = connection.execute(f"""
        SELECT count(*) FILTER (sign = -1), count(*) FILTER (sign = 0) FROM (
            SELECT {_sign(recipe)} AS sign FROM events WHERE day <= (SELECT any_value(at_day) FROM sums))
        """).fetchall()[0]
    without = connection.execute(
        "SELECT count(*) FROM (SELECT DISTINCT key FROM events) ANTI JOIN sums USING (key)"
    ).fetchall()[0][0]
    counted = {"returned": returned, "neither": neither, "bought_nothing": without}
    return tuple(sentence(f"behavior.notice.{what}", n=n) for what, n in counted.items() if n)
