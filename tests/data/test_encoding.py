from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from segmint.data import ReadOptions, read
from segmint.errors import SourceError, UsageError

ROWS = "".join(f"k{n},{city},{n * 1.5}\n" for n, city in enumerate(["Zürich", "Orléans", "東京"] * 10))
TABLE = "id,city,größe\n" + ROWS


def written(tmp_path: Path, content: bytes, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def notices(path: Path, **options: object) -> list[str]:
    return [notice.key for notice in read(path, ReadOptions(**options)).notices]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + TABLE.encode(),
        TABLE.encode("utf-16"),
        codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
        TABLE.encode("utf-32"),
    ],
)
def test_a_byte_order_mark_says_the_encoding(tmp_path: Path, content: bytes) -> None:
    plain = read(written(tmp_path, TABLE.encode()))
    marked = read(written(tmp_path, content, "b.csv"))
    assert marked.fingerprint == plain.fingerprint
    assert marked.schema.names == ("id", "city", "größe")
    assert "data.notice.encoding" in [notice.key for notice in marked.notices]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp1250", "shift_jis"])
def test_another_encoding_is_read_when_it_is_named(tmp_path: Path, encoding: str) -> None:
    table = (
        TABLE.replace("東京" if encoding != "shift_jis" else "Zürich", "X")
        .replace("Orléans", "Y")
        .replace("größe", "g")
    )
    path = written(tmp_path, table.encode(encoding))
    dataset = read(path, ReadOptions(encoding=encoding))
    assert dataset.fingerprint == read(written(tmp_path, table.encode(), "b.csv")).fingerprint
    assert any(notice.key == "data.notice.encoding" for notice in dataset.notices)


def test_bytes_that_are_no_utf8_are_refused_with_their_offset(tmp_path: Path) -> None:
    content = TABLE.replace("東京", "X").encode("cp1252")
    with pytest.raises(SourceError) as caught:
        read(written(tmp_path, content))
    assert caught.value.code == "data.not_utf8"
    assert caught.value.figures["offset"] == content.index("ö".encode("cp1252"))
    assert "rich" not in caught.value.text()


def test_the_offset_counts_over_blocks(tmp_path: Path) -> None:
    head = b"a,b\n" + b"1,2\n" * ((4 << 20) // 4)
    with pytest.raises(SourceError) as caught:
        read(written(tmp_path, head + b"1,\xff\n"))
    assert caught.value.figures["offset"] == len(head) + 2


def test_a_letter_cut_off_at_the_end(tmp_path: Path) -> None:
    content = TABLE.encode() + "x,Z\u00fc".encode()[:-1]
    with pytest.raises(SourceError) as caught:
        read(written(tmp_path, content))
    assert caught.value.figures["offset"] == len(content) - 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_nul_is_refused_with_its_offset(tmp_path: Path, encoding: str) -> None:
    content = "a,b\n1,2\nü,\0\n".encode(encoding)
    with pytest.raises(SourceError) as caught:
        read(written(tmp_path, content))
    assert caught.value.code == "data.nul"
    offset = caught.value.figures["offset"]
    assert content[offset : offset + 1] == b"\0"
    assert content[:offset].decode(encoding, errors="replace").endswith(",")


def test_an_unknown_encoding(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read(written(tmp_path, TABLE.encode()), ReadOptions(encoding="klingon"))


def test_utf16_without_a_mark_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        read(written(tmp_path, TABLE.encode("utf-16-le")))


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_one_kind(tmp_path: Path, end: str) -> None:
    plain = read(written(tmp_path, TABLE.encode()))
    other = read(written(tmp_path, TABLE.replace("\n", end).encode(), "b.csv"))
    assert other.fingerprint == plain.fingerprint
    assert "data.notice.line_ends" not in [notice.key for notice in other.notices]


def test_line_ends_of_several_kinds_are_made_one_and_said(tmp_path: Path) -> None:
    lines = TABLE.splitlines()
    mixed = "\r\n".join(lines[:10]) + "\n" + "\n".join(lines[10:20]) + "\r" + "\r".join(lines[20:])
    dataset = read(written(tmp_path, mixed.encode()))
    assert dataset.fingerprint == read(written(tmp_path, TABLE.encode(), "b.csv")).fingerprint
    assert "data.notice.line_ends" in [notice.key for notice in dataset.notices]


def test_a_line_end_between_two_blocks(tmp_path: Path) -> None:
    body = "a,b\r\n" + "1,2\r\n" * 900_000 + "3,4\n" + "5,6\r\n" * 10
    assert read(written(tmp_path, body.encode())).n_rows == 900_011


def test_a_line_end_inside_quotes_is_part_of_the_cell(tmp_path: Path) -> None:
    rows = "".join(f'k{n},"two\nlines",{n}\r\n' for n in range(30))
    dataset = read(written(tmp_path, ("id,note,x\r\n" + rows).encode()), ReadOptions(describe=("note",)))
    assert dataset.n_rows == 30
    assert set(dataset.table.column("note").to_pylist()) == {"two\nlines"}
