"""Every sentence has its words; figures are written as people write them."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from importlib import resources
from pathlib import Path

import pytest

import segmint
from segmint.words import Sentence, say
from segmint.words.sentences import known, text_of

SOURCE = Path(segmint.__file__).parent
# a key in the code: a text beginning with the name of a file of words, a dot and a name
ROOMS = sorted(path.stem for path in (SOURCE / "words" / "en").glob("*.toml"))
CALL = re.compile(r"""\b(?:say|sentence|Sentence)\(\s*["']([a-z_]+(?:\.[a-z0-9_]+)+)["']""")
ERROR = re.compile(
    r"""\b(?:\w*Error|PromotionRefused)\(\s*["']([a-z_]+\.[a-z0-9_]+)["']""",
)


def calls(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        text = "\n".join(line for line in path.read_text().splitlines() if ">>>" not in line)
        found += [(key, path.name) for key in pattern.findall(text)]
    return found


@pytest.mark.parametrize(("key", "file"), sorted(set(calls(CALL))))
def test_every_sentence_in_the_code_has_a_text(key: str, file: str) -> None:
    assert known(key), f"{file} says {key}"


@pytest.mark.parametrize(("code", "file"), sorted(set(calls(ERROR))))
def test_every_error_in_the_code_says_what_was_received_and_the_rule(code: str, file: str) -> None:
    room, _, name = code.partition(".")
    assert known(f"{room}.errors.{name}.received"), f"{file} raises {code}"
    assert known(f"{room}.errors.{name}.rule"), f"{file} raises {code}"


def error_texts() -> list[tuple[str, str, str]]:
    return [
        (f"{room}.errors.{name}", part, text)
        for room in ROOMS
        for name, parts in texts_of(room).get("errors", {}).items()
        for part, text in parts.items()
    ]


def texts_of(room: str) -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(resources.files("segmint.words").joinpath("en", f"{room}.toml").read_text("utf-8"))


@pytest.mark.parametrize(("error", "part", "text"), error_texts())
def test_error_texts_have_three_parts_and_no_period(error: str, part: str, text: str) -> None:
    assert part in ("received", "rule", "remedy")
    assert not text.endswith(".")


def test_the_looks_into_the_code_find_what_is_there() -> None:
    keys = {key for key, _ in calls(CALL)}
    codes = {code for code, _ in calls(ERROR)}
    assert {"cli.inspected", "report.answer.slices", "decision.rival.same"} <= keys
    assert {"cli.bad_k", "workflow.no_such_study", "data.missing_columns"} <= codes
    assert len(said_in_full()) > 200
    assert len(error_texts()) > 200


def test_formats() -> None:
    assert say("common.rows", n=1) == "1 row"
    assert say("common.rows", n=1_234_567) == "1,234,567 rows"


def test_a_sentence_survives_json() -> None:
    sentence = Sentence("common.rows", {"n": 3})
    assert Sentence.from_json(sentence.to_json()) == sentence
    assert str(sentence) == "3 rows"


def test_an_unknown_key_is_unknown() -> None:
    assert not known("common.nothing")
    assert not known("nowhere.nothing")
    assert not known("cli.family"), "a table of texts is no text"
    with pytest.raises(KeyError):
        text_of("common.nothing")


@pytest.mark.parametrize(
    "key",
    [
        "common.later", "later.rows", "common.rows.more", "cli.family", "rows", "", ".", "common.",
        "../../secret.rows", "a\0b.rows", "x" * 5000 + ".rows",
    ],
)  # fmt: skip
def test_a_sentence_of_a_newer_version_names_its_key(key: str) -> None:
    said = str(Sentence(key, {"n": 3}))
    assert key in said
    assert "newer segmint" in said


@pytest.mark.parametrize("figures", [{}, {"count": 3}, {"n": "three"}, {"n": [3]}])
def test_a_known_sentence_with_other_figures_names_its_key(figures: dict[str, object]) -> None:
    assert "common.rows" in str(Sentence("common.rows", figures))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def said_in_full() -> list[tuple[str, str, frozenset[str]]]:
    """Return every call that says a literal key with all its figures written out: file, key, figures."""
    found = set()
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            figures = [keyword.arg for keyword in node.keywords]
            if name in ("say", "sentence") and "." in str(node.args[0].value) and None not in figures:
                found.add((path.name, str(node.args[0].value), frozenset(map(str, figures))))
    return sorted(found, key=str)


@pytest.mark.parametrize(("file", "key", "figures"), said_in_full())
def test_every_figure_of_a_text_is_given(file: str, key: str, figures: frozenset[str]) -> None:
    assert fields(text_of(key)) <= figures, f"{file} says {key}"
