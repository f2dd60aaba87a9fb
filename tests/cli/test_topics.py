from __future__ import annotations

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # whole journeys in several processes each

TEXTS = [
    "my parcel is late and the courier lost the box", "I want a refund of my money and the card was charged twice",
    "the concert was great and the singer played guitar",
]  # fmt: skip
HEAD = "id,msg\n"


def table(folder: Path, rows: list[str], head: str = HEAD) -> Path:
    path = folder / "texts.csv"
    path.write_text(head + "".join(f"{row}\n" for row in rows))
    return path


def rows(n: int = 60) -> list[str]:
    return [f"{number:04d},{TEXTS[number % 3]}" for number in range(n)]


QUICK = ("--samples", 2, "--seeds", 2, "--quiet")


def test_topics_are_found_written_and_used(segmint, tmp_path: Path) -> None:
    path = table(tmp_path, rows())
    shares = tmp_path / "shares.csv"
    asked = (
        "topics",
        path,
        "--key",
        "id",
        "--text",
        "msg",
        "--k",
        "3",
        *QUICK,
        "--workspace",
        tmp_path / "w",
    )
    done = segmint(*asked, "--as-features", shares, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["n_topics"] == 3
    assert answer["schema_version"] == 1
    assert Path(answer["page"]).is_file()
    assert all(Path(picture).is_file() for picture in answer["pictures"])
    assert not any(text in done.stdout for text in TEXTS)
    assert shares.read_text().splitlines()[1].startswith("0000,")
    page, pictures = tmp_path / "again.html", tmp_path / "pictures"
    place = ("--workspace", tmp_path / "w")
    assert segmint("report", "texts", "-o", page, *place).returncode == 0
    assert page.read_bytes() == Path(answer["page"]).read_bytes()
    assert segmint("charts", "texts", "-o", pictures, *place).returncode == 0
    assert {path.name for path in pictures.iterdir()} == {
        Path(picture).name for picture in answer["pictures"]
    }
    assert segmint("report", "nothing", *place).returncode == 1
    again = tmp_path / "again.csv"
    placed = segmint(
        "topics", path, "--key", "id", "--text", "msg", "--model", answer["model"], "--as-features", again
    )
    assert placed.returncode == 0, placed.stderr
    assert again.read_text() == shares.read_text()
    again.unlink()
    wish = ("--key", "id", "--text", "msg", "--as-features", again)
    placed = segmint("topics", path, *wish, "--model", "texts", *place)
    assert placed.returncode == 0, placed.stderr
    assert again.read_text() == shares.read_text()


def test_the_answer_comes_first(segmint, tmp_path: Path) -> None:
    done = segmint(
        "topics", table(tmp_path, rows()), "--key", "id", "--text", "msg", "--k", "3", *QUICK, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[1].strip() == "60 documents in three topics, as asked."
    assert "newer segmint" not in done.stdout


@pytest.mark.parametrize(
    ("given", "options", "code"),
    [
        ([f"{n}," for n in range(30)], (), 3),
        (["1,hello my parcel"], (), 3),
        ([f"{n},parcel" for n in range(30)], (), 3),
        ([f"{n},the and of to" for n in range(30)], (), 3),
        ([f"{n},{n}" for n in range(30)], (), 3),
        ([f"{n},{'parcel' if n % 2 else ''}" for n in range(30)], (), 3),
        (rows(), ("--text", "nothing"), 3),
        (rows(), ("--k", "1"), 2),
        (rows(), ("--k", "40"), 2),
        (rows(), ("--language", "xx"), 2),
        (rows(), ("--labels", "id"), 2),
        (rows(), ("--as-features", "x.docx"), 2),
        (rows(), ("--model", "none.topics", "--as-features", "x.csv"), 1),
        (rows(), ("--model", "texts.csv", "--as-features", "x.csv"), 3),
        (rows(), ("--model", "texts.csv"), 2),
        (rows(), ("--model", "texts.csv", "--k", "3", "--as-features", "x.csv"), 2),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(
    segmint, tmp_path: Path, given, options, code
) -> None:
    table(tmp_path, given)
    done = segmint("topics", "texts.csv", "--key", "id", "--text", "msg", *QUICK, *options, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "Rule" in done.stderr
    assert not done.stdout


def test_a_language_without_lists_is_answered_with_what_works(segmint, tmp_path: Path) -> None:
    texts = tmp_path / "texts.csv"
    texts.write_text("id,text\na,ein Paket\n")
    done = segmint("topics", texts, "--text", "text", "--language", "de", "--workspace", tmp_path / "ws")
    said = " ".join(done.stderr.split())
    assert done.returncode == 2
    assert "leave --language out" in said
    assert "--language en" not in said


@pytest.mark.slow
@pytest.mark.parametrize(
    "texts",
    [
        ["das Paket ist nicht angekommen", "ich möchte mein Geld zurück", "der Kundendienst war freundlich"],
        ["包裹没有到达", "我想退款", "客服很好"],
        ["parcel", "refund", "guitar"],
        ["🎸 great", "parcel 😀 late", "<script>alert(1)</script> refund"],
    ],
)
def test_other_languages_and_odd_texts_are_answered_or_counted(
    segmint, tmp_path: Path, texts: list[str]
) -> None:
    path = table(tmp_path, [f"{n},{texts[n % 3]}" for n in range(45)])
    done = segmint("topics", path, "--key", "id", "--text", "msg", *QUICK, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
