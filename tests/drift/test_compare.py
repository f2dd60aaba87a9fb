from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from segmint.drift.compare import compare, report_on
from segmint.drift.naming import Names
from segmint.drift.scoring import add_up, score, score_block
from segmint.drift.verdict import Cause, Verdict, alpha_of_one
from segmint.errors import UsageError

SEGMENTS = ("Regulars", "Spenders", "Travelers", "Newcomers")
FEATURES = ("visits", "spend", "basket", "tenure")


def report(watched, X, **options):
    return compare(
        watched.reference,
        watched.place(X),
        columns=watched.columns(X),
        names=Names(
            SEGMENTS,
            FEATURES,
            lambda rows: {name: 10 * column for name, column in zip(FEATURES, rows.T, strict=True)},
        ),
        **options,
    )


def text(found):
    return " ".join(str(said) for said in found.sentences())


def test_a_batch_like_training_is_stable_and_says_so(watched):
    found = report(watched, watched.draw(1_500, 51)[0], fresh=watched.fresh)
    assert (found.verdict, found.cause, found.drifted) == (Verdict.STABLE, None, False)
    assert "Nothing to do" in text(found)
    assert found.confidence_now == pytest.approx(found.confidence_before, abs=0.02)


def test_a_moved_segment_is_named_with_its_feature_in_units(watched):
    X, k = watched.draw(2_000, 52)
    X[k == 1, 2] += 0.8
    found = report(watched, X, fresh=watched.fresh)
    assert (found.verdict, found.cause) == (Verdict.DRIFT, Cause.BEHAVIOR)
    segment, move = found.moved[0]
    assert (segment.name, move.feature) == ("Spenders", "basket")
    assert move.low <= 0.8 <= move.high
    assert move.now_in_units - move.before_in_units == pytest.approx(8.0, abs=1.5)
    assert "Spenders: basket rose" in text(found)


def test_another_mix_is_who_comes_and_tells_the_shares(watched):
    found = report(watched, watched.draw(2_000, 53, (0.2, 0.5, 0.2, 0.1))[0], fresh=watched.fresh)
    assert (found.verdict, found.cause) == (Verdict.DRIFT, Cause.MIX)
    assert "Spenders: 50" in text(found) or "Spenders: 49" in text(found) or "Spenders: 51" in text(found)


def test_rows_that_belong_nowhere_are_new(watched):
    X, _ = watched.draw(2_000, 54)
    X[:140] = np.random.default_rng(1).normal(size=(140, 4)) + 14
    found = report(watched, X, fresh=watched.fresh)
    assert (found.verdict, found.cause) == (Verdict.DRIFT, Cause.NEW)
    assert found.new_now == pytest.approx(0.07, abs=0.02)
    assert 135 <= found.newcomers.n <= 175
    assert found.newcomers.n / 2_000 == found.new_now
    for trait in found.newcomers.traits:
        assert trait.deviations > 1 and trait.mean > trait.mean_of_training
    assert found.newcomers.traits[0].feature in text(found)


def test_a_segment_that_spreads_is_said_to(watched):
    X, k = watched.draw(2_000, 60)
    X[k == 0, 1] *= 1.6
    found = report(watched, X)
    assert found.cause is Cause.BEHAVIOR
    assert "Regulars: spend is spread" in text(found) and "wider" in text(found)


def test_a_broken_column_ends_the_check_and_the_other_columns_are_compared(watched):
    X, k = watched.draw(2_000, 55)
    X[k == 1, 2] += 0.8
    X[:, 0] *= 1000
    found = report(watched, X, fresh=watched.fresh)
    assert (found.verdict, found.cause, found.drifted) == (Verdict.BROKEN, Cause.BROKEN, True)
    assert [finding.column for finding in found.findings] == ["visits"]
    assert (found.parts, found.segments, found.statistics) == ((), (), ())
    assert sorted(found.columns) == ["basket", "spend", "tenure"]
    assert found.columns["basket"].psi > found.columns["spend"].psi
    assert found.to_json()["p"] is None
    assert "visits" in text(found)


@pytest.mark.parametrize("n", [0, 1, 7, 49])
def test_few_rows_are_insufficient_never_stable(watched, n):
    X = watched.draw(50, 56)[0][:n] + 3.0
    found = report(watched, X, fresh=watched.fresh)
    assert found.verdict is Verdict.INSUFFICIENT
    told = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert told["p"] is None  # a figure beside "too few to say" would be read as one


def test_the_report_is_plain_data_and_the_same_seed_gives_the_same(watched):
    X, k = watched.draw(900, 57)
    X[k == 0] += 0.5
    one, same = (report(watched, X, fresh=watched.fresh, seed=4).to_json() for _ in range(2))
    assert json.dumps(one, allow_nan=False) == json.dumps(same, allow_nan=False)
    assert {"verdict", "cause", "p", "statistics", "parts", "segments", "columns", "sentences"} <= set(one)
    assert set(one["columns"]) == set(FEATURES)


def test_blocks_of_a_stream_give_the_report_of_the_whole(watched):
    X, _ = watched.draw(1_000, 58)
    frame = watched.reference.frame
    parts = add_up(frame, (score_block(frame, watched.place(part)) for part in np.array_split(X, 7)))
    whole = score(frame, watched.place(X))
    assert report_on(watched.reference, parts).to_json() == report_on(watched.reference, whole).to_json()


def test_several_looks_ask_for_more(watched):
    X, k = watched.draw(2_000, 59)
    X[k == 0, 0] += 0.24
    once, weekly = (report(watched, X, looks=looks) for looks in (1, 52))
    assert once.p == weekly.p
    order = (Verdict.STABLE, Verdict.WATCH, Verdict.DRIFT)
    assert order.index(weekly.verdict) <= order.index(once.verdict)
    assert alpha_of_one(0.01, 52) == pytest.approx(0.01 / 104)


@pytest.mark.parametrize("options", [{"alpha": 0.0}, {"alpha": 1.0}, {"alpha": float("nan")}, {"looks": 0}])
def test_options_out_of_range_are_refused(watched, options):
    with pytest.raises(UsageError):
        report(watched, watched.draw(60, 1)[0], **options)


def test_segments_that_moved_beside_another_mix_are_not_said_to_be_as_before(watched):
    X, k = watched.draw(4_000, 61, (0.25, 0.45, 0.2, 0.1))
    X[k == 1, 2] += 0.5
    found = report(watched, X)
    assert found.cause is Cause.MIX
    assert "within segments something moved too" in text(found)
    assert "as before" not in text(found)
    assert "Spenders: basket rose" in text(found)


def test_of_a_mere_change_of_mix_no_moves_are_told(watched):
    X, k = watched.draw(4_000, 61, (0.25, 0.45, 0.2, 0.1))
    X[k == 1, 2] += 0.5
    found = report(watched, X)
    parts = tuple(replace(part, part=0.09) if part.cause is Cause.BEHAVIOR else part for part in found.parts)
    less = text(replace(found, parts=parts))
    assert "the segments themselves are as before" in less
    assert "basket rose" in text(found) and "basket rose" not in less


def test_other_borders_that_are_no_better_are_not_said_to_agree_as_ever(watched):
    X, _ = watched.draw(2_000, 62, (0.2, 0.5, 0.2, 0.1))
    found = report(watched, X, fresh=watched.fresh)
    assert found.agreement.judged and not found.agreement.aged
    assert "as ever" in text(found)
    less = replace(found.agreement, adjusted_rand=found.agreement.usual - 0.15)
    assert "none that are clearly better" in text(replace(found, agreement=less))


def test_of_segments_that_hardly_anybody_came_to_it_is_not_said_that_they_hold(watched):
    found = report(watched, watched.draw(1_000, 63, (0.55, 0.45, 0.0, 0.0))[0])
    assert found.cause is Cause.MIX
    gone = [segment.name for segment in found.segments if segment.rows_now < 5]
    assert len(gone) == 2
    assert f"of {gone[0]}, {gone[1]} hardly anybody came" in text(found)
    assert "still hold" not in text(found) and "as before" not in text(found)


def test_a_watch_says_what_to_watch(watched):
    X, k = watched.draw(200_000, 64)
    X[k == 1, 2] += 0.05  # beyond chance, and too small to matter
    found = report(watched, X)
    assert found.verdict is Verdict.WATCH
    assert "What is least likely by chance: a feature of a segment, up or down" in text(found)
