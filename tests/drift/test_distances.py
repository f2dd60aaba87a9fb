from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from scipy.spatial.distance import jensenshannon

from segmint.drift.columns import describe_levels, describe_numbers
from segmint.drift.distances import (
    jensen_shannon,
    ks,
    measure,
    measure_levels,
    measure_stored,
    psi,
    wasserstein,
)

values = hnp.arrays(np.float64, st.integers(1, 60), elements=st.integers(-20, 20).map(float))


@given(values, values)
def test_ks_and_wasserstein_are_those_of_scipy(a, b):
    assert ks(a, b)[0] == pytest.approx(stats.ks_2samp(a, b, method="asymp").statistic, abs=1e-12)
    assert wasserstein(a, b) == pytest.approx(stats.wasserstein_distance(a, b), abs=1e-9)


@given(values, values)
def test_ranges_and_zero_for_the_same_column(a, b):
    found = measure(a, b)
    assert found.psi >= 0 and 0 <= found.jensen_shannon <= 1 and 0 <= found.ks <= 1 and 0 <= found.ks_p <= 1
    same = measure(a, a)
    assert (same.psi, same.jensen_shannon, same.ks, same.wasserstein) == (0.0, 0.0, 0.0, 0.0)


@given(values, values, st.floats(0.1, 10), st.floats(-5, 5))
def test_only_wasserstein_knows_units(a, b, scale, shift):
    before, after = measure(a, b), measure(a * scale + shift, b * scale + shift)
    assert after.wasserstein == pytest.approx(before.wasserstein * scale, abs=1e-6)
    assert ks(np.round(a * 4), np.round(b * 4))[0] == before.ks


def test_psi_and_jensen_shannon_by_hand():
    a, b = np.array([0.0, 1, 2, 3] * 25), np.array([0.0, 0, 1, 3] * 25)  # bins [0, 1), [1, 2), [2, 3]
    p, q = np.array([0.25, 0.25, 0.5]), np.array([0.5, 0.25, 0.25])
    assert psi(a, b) == pytest.approx(np.sum((q - p) * np.log(q / p)))
    middle = (p + q) / 2
    bits = 0.5 * np.sum(p * np.log2(p / middle)) + 0.5 * np.sum(q * np.log2(q / middle))
    assert jensen_shannon(a, b) == pytest.approx(np.sqrt(bits))


def test_an_empty_bin_has_a_share_of_one_in_ten_thousand():
    far = psi(np.arange(100.0), np.arange(100.0) + 1000)
    assert far == pytest.approx(9 * (1e-4 - 0.1) * np.log(1e-3) + 0.9 * np.log(10.0), rel=1e-3)


@pytest.mark.parametrize("shape", ["normal", "lognormal", "counts"])
def test_the_stored_column_is_within_its_stated_error(shape):
    rng = np.random.default_rng(0)
    draw = {
        "normal": lambda n: rng.normal(size=n),
        "lognormal": lambda n: np.exp(rng.normal(size=n)),
        "counts": lambda n: rng.poisson(3.0, n).astype(np.float64),
    }[shape]
    a, b = draw(4000), draw(1500) * 1.15 + 0.1
    stored = describe_numbers(a)
    found, exact = measure_stored(stored, b), measure(a, b)
    assert found is not None
    step = found.largest_error
    assert 0 < step <= 1 / 256 + 5.5 / 4000
    assert exact.largest_error == 0
    assert abs(found.ks - exact.ks) <= step
    tails = sum(
        np.abs(np.sort(a)[part] - stored.quantiles[end]).sum()
        for part, end in ((slice(6), 0), (slice(-6, None), -1))
    )
    assert abs(found.wasserstein - exact.wasserstein) <= step * np.ptp(stored.quantiles) + tails / 4000 + 1e-9
    if shape != "counts":  # of few values the deciles themselves are others between the quantiles
        assert found.psi == pytest.approx(exact.psi, abs=0.05)


def test_what_cannot_be_measured_is_nothing():
    assert measure_stored(describe_numbers(np.arange(4.0)), np.arange(5.0)) is None
    assert measure_stored(describe_numbers(np.arange(400.0)), np.empty(0)) is None
    assert measure_stored(describe_levels(np.array(["a"] * 30, dtype=object)), np.arange(5.0)) is None


@pytest.mark.reference
def test_online_retail_month_by_month_is_the_reference(reference_data):
    pandas = pytest.importorskip("pandas")
    rows = pandas.read_csv(reference_data / "transactions" / "online_retail.csv.gz")
    rows = rows[rows.CustomerID.notna() & (rows.Quantity > 0) & (rows.UnitPrice > 0)].copy()
    rows["spend"], rows["month"] = rows.Quantity * rows.UnitPrice, rows.InvoiceDate.str[:7]
    months = rows.groupby(["month", "CustomerID"]).agg(
        orders=("InvoiceNo", "nunique"), spend=("spend", "sum"), items=("Quantity", "sum")
    )
    months["basket"] = months.spend / months.orders
    path = reference_data / "transactions" / "online_retail_drift_REFERENCE.csv"
    with path.open(encoding="utf-8") as file:
        wanted = list(csv.DictReader(file))
    assert len(wanted) == 52
    for line in wanted:
        a, b = (
            months.loc[line[which], line["feature"]].to_numpy(np.float64)
            for which in ("reference", "current")
        )
        assert (a.size, b.size) == (int(line["n_ref"]), int(line["n_cur"]))
        found = measure(a, b)
        for name, value in (("psi", found.psi), ("jsd_base2_sqrt", found.jensen_shannon), ("ks", found.ks)):
            assert value == pytest.approx(float(line[name]), abs=1e-6), line
        assert found.wasserstein == pytest.approx(float(line["wasserstein"]), abs=1e-6), line


@given(st.lists(st.sampled_from("abcdef"), min_size=5, max_size=200))
def test_levels_have_psi_and_jensen_shannon_of_their_shares(batch):
    training = ["a"] * 50 + ["b"] * 30 + ["c"] * 20
    found = measure_levels(describe_levels(np.array(training, dtype=object)), batch)
    p = np.array([0.5, 0.3, 0.2, 0.0])
    q = np.array([*(batch.count(level) for level in "abc"), sum(level in "def" for level in batch)]) / len(
        batch
    )
    p_least, q_least = np.maximum(p, 1e-4), np.maximum(q, 1e-4)
    assert found.psi == pytest.approx(
        float(np.sum((q_least - p_least) * np.log(q_least / p_least))), abs=1e-9
    )
    assert found.jensen_shannon == pytest.approx(float(jensenshannon(p, q, base=2)), abs=1e-6)
    assert (found.ks, found.ks_p, found.wasserstein, found.largest_error) == (None, None, None, 0.0)


@pytest.mark.filterwarnings("error")
def test_extremes_have_a_distance():
    ends = np.array([-1.7e308, 1.7e308])
    assert wasserstein(ends, ends) == 0.0
    assert wasserstein(ends, -ends) == 0.0
    assert wasserstein(ends[:1], ends[1:]) == np.inf


def test_levels_that_cannot_be_measured_are_nothing():
    known = describe_levels(np.array(["a"] * 9, dtype=object))
    assert measure_levels(known, ["a"] * 4) is None
    assert measure_levels(describe_levels(np.array(["a", "b"], dtype=object)), ["a"] * 9) is None
