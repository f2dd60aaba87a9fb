from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from segmint.choosing.decide import decide
from segmint.choosing.forecast import forecast, machine_memory, refuse_if_too_large
from segmint.choosing.space import plan
from segmint.choosing.sweep import run_sweep
from segmint.errors import ResourceError
from segmint.families.fit import Configuration, Cost, Request
from segmint.families.heldout import held_out_agreement
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry


@pytest.fixture(scope="module")
def planned() -> tuple[Configuration, ...]:
    return plan(Geometry(np.random.default_rng(0).normal(size=(200, 4))), list(FAMILIES), Request())


def test_more_rows_columns_and_configurations_cost_more(planned: tuple[Configuration, ...]) -> None:
    base = forecast(2_000, 4, planned)
    for larger in (
        forecast(20_000, 4, planned),
        forecast(2_000, 40, planned),
    ):
        assert larger.seconds > base.seconds
        assert larger.memory > base.memory
    assert forecast(2_000, 4, planned[:10]).seconds < base.seconds


def test_fewer_draws_cost_less_and_a_budget_ends_their_growth(planned: tuple[Configuration, ...]) -> None:
    none, ten, hundred = (forecast(400, 4, planned, n_resamples=n).seconds for n in (0, 10, 100))
    assert none < ten < hundred
    assert forecast(9_000, 4, planned, n_resamples=100) == forecast(9_000, 4, planned, n_resamples=1000)


def test_memory_grows_no_faster_than_the_rows(planned: tuple[Configuration, ...]) -> None:
    one, ten = forecast(1_000_000, 8, planned), forecast(10_000_000, 8, planned)
    assert ten.memory < 10.5 * one.memory


def test_what_fits_passes() -> None:
    refuse_if_too_large(Cost(1.0, 1e9), 1_000, 4, memory_limit=1e9)
    refuse_if_too_large(Cost(1.0, 1e6), 1_000, 4, memory_limit=None)


def test_what_does_not_fit_is_refused_with_the_rows_that_would(planned: tuple[Configuration, ...]) -> None:
    limit = 2e9
    cost = forecast(50_000_000, 8, planned)
    with pytest.raises(ResourceError) as refused:
        refuse_if_too_large(cost, 50_000_000, 8, memory_limit=limit)
    fitting = refused.value.figures["fitting"]
    assert 10_000 < fitting < 50_000_000
    assert f"{fitting:,} rows would fit" in str(refused.value)
    refuse_if_too_large(forecast(fitting, 8, planned), fitting, 8, memory_limit=limit)


def test_a_limit_below_the_process_itself_says_so() -> None:
    with pytest.raises(ResourceError, match="before the first row"):
        refuse_if_too_large(Cost(1.0, 1e9), 1_000, 4, memory_limit=1e6)


def test_without_a_limit_the_machine_is_the_limit() -> None:
    with pytest.raises(ResourceError):
        refuse_if_too_large(Cost(1.0, 2 * machine_memory()), 10**9, 4, memory_limit=None)


@pytest.mark.parametrize(("said", "bounds"), [("1000000\n", True), ("max\n", False), ("", False)])
@pytest.mark.parametrize(
    ("groups", "file"),
    [
        ("0::/a/b\n", "a/b/memory.max"),
        ("0::/a/b\n", "a/memory.max"),
        ("0::/\n", "memory.max"),
        ("4:cpu,cpuacct:/x\n3:memory:/jobs/7\n", "memory/jobs/7/memory.limit_in_bytes"),
        ("3:memory:/jobs/7\n", "memory/memory.limit_in_bytes"),
    ],
)
def test_a_container_has_what_its_limit_leaves(
    groups: str, file: str, said: str, bounds: bool, tmp_path: Path
) -> None:
    limit = tmp_path / file
    limit.parent.mkdir(parents=True, exist_ok=True)
    limit.write_text(said)
    whole = machine_memory("", tmp_path / "none")
    assert machine_memory(groups, tmp_path) == (1e6 if bounds else whole)
    assert machine_memory() <= whole


@pytest.mark.slow
@pytest.mark.parametrize(("n", "d"), [(300, 3), (3_000, 8)])
def test_the_forecast_is_within_a_factor_of_three(n: int, d: int) -> None:
    rng = np.random.default_rng(0)

    def work(X: np.ndarray) -> tuple[float, float]:  # type: ignore[type-arg]
        geometry = Geometry(X)
        configurations = plan(geometry, list(FAMILIES), Request())
        started = time.process_time()  # the forecast is for one core that does nothing else
        decision = decide(geometry, run_sweep(geometry, configurations, seed=0, jobs=1), seed=0)
        for configuration in configurations:
            if configuration.id in {decision.configuration, decision.runner_up}:
                held_out_agreement(FAMILIES[configuration.family], geometry, configuration, seed=0)
        return time.process_time() - started, forecast(len(X), X.shape[1], configurations).seconds

    work(rng.normal(size=(60, d)))  # compiled code is loaded once a process
    actual, said = work(rng.normal(size=(n, d)) + 3 * rng.integers(0, 4, size=(n, 1)))
    assert said / 3 < actual < 3 * said


_CHILD = "from segmint.choosing.forecast import memory_used; print(memory_used())"
_PARENT = f"""
import subprocess, sys
held = bytearray(400_000_000)
held[::4096] = b"1" * len(held[::4096])
sys.stdout.write(subprocess.run([sys.executable, "-c", {_CHILD!r}], capture_output=True, text=True).stdout)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system's own count is taken")
def test_memory_is_that_of_the_process_and_not_of_the_one_that_started_it() -> None:
    done = subprocess.run([sys.executable, "-c", _PARENT], capture_output=True, text=True, check=True)
    assert 0 < float(done.stdout) < 350e6
