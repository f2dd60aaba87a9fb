from __future__ import annotations

import json
import math
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.errors import BundleError
from segmint.model.canonical import dumps, loads

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(), part, max_size=4),
    max_leaves=20,
)


@given(PLAIN)
def test_what_is_written_reads_back_and_is_spelled_the_same(value):
    data = dumps(value)
    assert loads(data) == value
    assert dumps(loads(data)) == data
    assert json.loads(data) == value


def test_one_spelling():
    assert dumps({"é": 1, "a": [0.1, 1e22, -0.0, True]}) == '{"a":[0.1,1e+22,-0.0,true],"é":1}'.encode()
    assert dumps({"b": 1, "a": 2}) == dumps({"a": 2, "b": 1})
    assert dumps((np.int64(3), np.float64(0.5), np.bool_(False))) == b"[3,0.5,false]"


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        np.float64("nan"),
        2**63,
        -(2**63) - 1,
        {1: 2},
        b"x",
        {1},
        object(),
        "\ud800",
    ],
)
def test_what_no_json_can_hold_is_not_written(value):
    with pytest.raises(BundleError) as refused:
        dumps([value])
    assert refused.value.code == "bundle.not_plain"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[1,]",
        b"{'a':1}",
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999]",
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b"[9223372036854775808]",
        b"[" + b"9" * 5000 + b"]",
        b"[" * 33 + b"]" * 33,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'["\xff"]',
        b'["\\ud800"]',
        b'["\x01"]',
        b'["open',
        b'["\\',
        b"[1] [2]",
    ],
)
def test_what_is_not_strict_is_refused(data):
    with pytest.raises(BundleError):
        loads(data)


def test_brackets_inside_of_texts_are_no_nesting():
    value = {"text": "[" * 100 + '"\\' + "{" * 100}
    assert loads(dumps(value)) == value
    assert loads(b"[" * 32 + b"]" * 32) is not None


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 2**24,
        b'"' + b'\\"' * 2**23,
        b"[" + b"{}," * 5_000_000 + b"{}]",
        b'{"a":"' + b"\\\\" * 2**23,
    ],
    ids=["brackets", "quotes", "objects", "backslashes"],
)
def test_hostile_megabytes_are_refused_quickly_and_in_little_memory(data):
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(BundleError):
        loads(data)
    seconds = time.process_time() - started
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seconds < 2
    assert peak < 2**28


def test_an_error_never_shows_the_content():
    with pytest.raises(BundleError) as refused:
        loads(b'{"secret value": 1, "secret value": 2}')
    assert "secret" not in str(refused.value)
