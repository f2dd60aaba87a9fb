"""Online Retail month against month: a steady business with a Christmas season, watched for a year.

Chen (2015), Online Retail, UCI Machine Learning Repository, doi:10.24432/C5BW33, CC BY 4.0. The file is read from
``SEGMINT_DATA`` (``transactions/online_retail.csv.gz``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

import segmint
from segmint.drift.report import DriftReport

TRAINING = ("2011-02", "2011-03", "2011-04")


def customers_by_month() -> pd.DataFrame:
    """Return orders, spend, items and basket of each customer in each month; cancellations and free lines left out."""
    path = Path(os.environ.get("SEGMINT_DATA", "../shared/data")) / "transactions" / "online_retail.csv.gz"
    lines = pd.read_csv(path, dtype={"CustomerID": str, "InvoiceNo": str})
    lines = lines[lines["CustomerID"].notna() & (lines["Quantity"] > 0) & (lines["UnitPrice"] > 0)]
    lines = lines.assign(
        month=pd.to_datetime(lines["InvoiceDate"]).dt.strftime("%Y-%m"),
        amount=lines["Quantity"] * lines["UnitPrice"],
    )
    found = lines.groupby(["month", "CustomerID"], as_index=False).agg(
        orders=("InvoiceNo", "nunique"), spend=("amount", "sum"), items=("Quantity", "sum")
    )
    return found.assign(basket=found["spend"] / found["orders"])


def months() -> Iterator[tuple[str, int, DriftReport]]:
    """Train on three months of spring and judge every month of the year, thirteen looks at 1 % in all."""
    table = customers_by_month()
    training = table[table["month"].isin(TRAINING)].drop(columns="month")
    training = training.assign(CustomerID=[f"{key}-{n}" for n, key in enumerate(training["CustomerID"])])
    dataset = segmint.read(training, segmint.ReadOptions(key="CustomerID"))
    model = segmint.study(dataset, segmint.RunOptions(n_resamples=50)).model
    assert model is not None
    for month in sorted(table["month"].unique()):
        batch = table[table["month"] == month].drop(columns="month")
        yield month, len(batch), segmint.monitor(model, batch, segmint.MonitorOptions(looks=13))


if __name__ == "__main__":
    for month, n, report in months():
        sys.stdout.write(f"{month} {n:5d} {report.verdict.value:8s} {report.p:.1e}\n")
        sys.stdout.writelines(f"    {said}\n" for said in report.sentences()[1:])
