from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmint.errors import NotFoundError
from segmint.track.imported import MlflowClient
from segmint.track.promotion import MOVED_TAG, promote, rollback
from segmint.track.registry import CHALLENGER, CHAMPION, HASH_TAG

AtOnce = Callable[[str, list[list[str]]], list[str]]
N_VERSIONS = 4


def registered(uri: str, name: str) -> MlflowClient:
    """Register four versions, of which the first is the champion and the last challenges it."""
    client = MlflowClient(uri, uri)
    client.create_registered_model(name)
    for number in range(1, N_VERSIONS + 1):
        client.create_model_version(
            name, source=f"file:///nowhere/{number}", tags={HASH_TAG: f"{number}" * 64}
        )
    client.set_registered_model_alias(name, CHAMPION, "1")
    client.set_registered_model_alias(name, CHALLENGER, str(N_VERSIONS))
    return client


def champion(client: MlflowClient, name: str) -> int:
    return int(client.get_registered_model(name).aliases[CHAMPION])


def test_the_challenger_is_promoted_unless_a_version_is_named(uri: str) -> None:
    registered(uri, "shop")
    moved = promote("shop", uri=uri)
    assert (moved.before, moved.version, moved.content_hash) == (1, 4, "4" * 64)
    assert promote("shop", uri=uri, version=2).before == 4
    with pytest.raises(NotFoundError):
        promote("shop", uri=uri, version=9)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from([0, 1, 2, 3, 4]), max_size=8), number=st.integers(0, 10**12))
def test_rolling_back_undoes_promotions_one_by_one(uri: str, steps: list[int], number: int) -> None:
    name = f"shop-{number}-{len(steps)}"
    try:
        client = registered(uri, name)
    except Exception as error:
        assert "already exists" in str(error)  # hypothesis shows an example twice
        return
    champions = [1]
    for version in steps:  # 0 rolls back
        if version:
            promote(name, uri=uri, version=version)
            champions += [version] if version != champions[-1] else []
        elif len(champions) > 1:
            champions.pop()
            rollback(name, uri=uri)
        else:
            with pytest.raises(NotFoundError):
                rollback(name, uri=uri)
        assert champion(client, name) == champions[-1]


def test_a_version_that_is_gone_is_passed_over(uri: str) -> None:
    client = registered(uri, "shop")
    for version in (2, 3, 4):
        promote("shop", uri=uri, version=version)
    client.delete_model_version("shop", "3")
    assert rollback("shop", uri=uri).version == 2
    assert rollback("shop", uri=uri).version == 1


def test_a_promotion_that_was_killed_half_way_is_none(uri: str) -> None:
    client = registered(uri, "shop")
    promote("shop", uri=uri, version=2)
    client.set_registered_model_tag("shop", f"{MOVED_TAG}{10**19:020d}.00000000", "3<2")
    assert rollback("shop", uri=uri).version == 1
    with pytest.raises(NotFoundError):
        rollback("shop", uri=uri)


def test_only_the_latest_hundred_are_kept(uri: str) -> None:
    client = registered(uri, "shop")
    for number in range(130):
        client.set_registered_model_tag("shop", f"{MOVED_TAG}{number:020d}.00000000", "1<2")
    promote("shop", uri=uri, version=3)
    kept = [tag for tag in client.get_registered_model("shop").tags if tag.startswith(MOVED_TAG)]
    assert len(kept) == 100
    assert rollback("shop", uri=uri).version == 1


def test_a_clock_that_is_ahead_has_no_say_in_what_came_last(uri: str) -> None:
    client = registered(uri, "shop")
    ahead = time.time_ns() + 3600 * 10**9  # of a machine an hour ahead, by an earlier version
    client.set_registered_model_tag("shop", f"{MOVED_TAG}{ahead:020d}.ffffffff", "2<1")
    client.set_registered_model_alias("shop", CHAMPION, "2")
    for version in (3, 4):
        promote("shop", uri=uri, version=version)
    assert moves(client) == ["2<1", "3<2", "4<3"]
    for version in (3, 2, 1):
        assert rollback("shop", uri=uri).version == version


def test_tags_of_others_are_no_promotions_and_stay(uri: str) -> None:
    client = registered(uri, "shop")
    others = {f"{MOVED_TAG}last": "9<8", f"{MOVED_TAG}{9:020d}.0000000": "9<8", "owner": "2<1"}
    for tag, told in others.items():
        client.set_registered_model_tag("shop", tag, told)
    promote("shop", uri=uri, version=2)
    assert rollback("shop", uri=uri).version == 1
    assert client.get_registered_model("shop").tags == others


PROMOTE = """
import sys
from segmint.track.promotion import promote
uri, version = sys.argv[1:]
print("ready", flush=True)
input()
for _ in range(5):
    promote("shop", uri=uri, version=int(version))
    promote("shop", uri=uri, version=1)
print(promote("shop", uri=uri, version=int(version)).version)
"""
"""Two workspaces on one registry share no lock."""


def moves(client: MlflowClient) -> list[str]:
    tags = client.get_registered_model("shop").tags
    return [tags[tag] for tag in sorted(tags) if tag.startswith(MOVED_TAG)]


def nothing_is_lost(uri: str, at_once: AtOnce) -> None:
    client = registered(uri, "shop")
    said = at_once(PROMOTE, [[uri, "2"], [uri, "3"]])
    assert [int(version) for version in said] == [2, 3]
    written, now = moves(client), champion(client, "shop")
    assert now in (2, 3)
    for version in (2, 3):  # each process wrote down its own promotions, whatever the other did
        assert len([move for move in written if move.startswith(f"{version}<")]) == 6
    assert [move for move in written if move not in ("2<1", "2<3", "3<1", "3<2", "1<2", "1<3")] == []
    last = next(move for move in reversed(written) if move.startswith(f"{now}<"))
    assert rollback("shop", uri=uri).version == int(last.partition("<")[2])


@pytest.mark.slow
def test_two_that_promote_at_once_lose_nothing(uri: str, at_once: AtOnce) -> None:
    nothing_is_lost(uri, at_once)


@pytest.fixture
def on_postgres(postgres_url: str) -> Iterator[str]:
    name = "segmint_promoting"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield urlsplit(postgres_url)._replace(path=f"/{name}").geturl()


@pytest.mark.postgres
def test_two_that_promote_at_once_on_postgres_lose_nothing(on_postgres: str, at_once: Any) -> None:
    MlflowClient(on_postgres, on_postgres).search_registered_models()  # makes the tables
    nothing_is_lost(on_postgres, at_once)
