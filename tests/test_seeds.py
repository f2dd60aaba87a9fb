from __future__ import annotations

from segmint import seeds


def test_seeds_differ_by_every_part() -> None:
    found = {
        seeds.derive(root, *parts) for root in (0, 1) for parts in ((), ("a",), ("a", 1), ("a", "1"), ("b",))
    }
    assert len(found) == 10


def test_seeds_are_the_same_everywhere() -> None:
    # a value written down once: another would change every study
    assert seeds.derive(0, "kmeans", 3) == 875_877_347_159_338_157


def test_random_states_fit_32_bits() -> None:
    assert 0 <= seeds.random_state(7, "x") < 2**32


def test_generators_are_apart() -> None:
    assert seeds.generator(0, "a").random() != seeds.generator(0, "b").random()
