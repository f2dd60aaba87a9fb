"""Both doors at once: a bad input is made once, and the library and the command line must say the same of it."""

from __future__ import annotations

import csv
import json
import subprocess
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import segmint
from segmint import ReadOptions, RunOptions, SegmintError, Study
from segmint.data import Dataset
from segmint.model.assignment import Assignment

SECRET_DIGITS = "4815162342"
SECRET = f"Sesame{SECRET_DIGITS}"
"""What stands in the tables for a value of a customer: no message may show it."""
BEFORE = "what was there before"

Command = Callable[..., "subprocess.CompletedProcess[str]"]
QUICK = ("--no-track", "--resamples", 0, "--families", "kmeans")


@dataclass(frozen=True)
class Both:
    """The library and the command line, in a folder of their own."""

    command: Command
    folder: Path

    def write(self, content: str | bytes, name: str = "table.csv") -> Path:
        """Write a file into the folder."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def refuse(
        self, source: Any, code: str, *, where: str = "", exit_code: int = 3, **options: Any
    ) -> SegmintError:
        """Reading is refused: same error, nothing written, what was there untouched, no value shown."""
        target = self.write(BEFORE, "schema.toml")
        before = contents(self.folder)
        error = raised(lambda: segmint.read(source, ReadOptions(**options)))
        done = self.command("inspect", source, "-o", target, *flags(options), cwd=self.folder)
        same_refusal(error, done, code, where, exit_code)
        assert contents(self.folder) == before
        return error

    def read(self, source: Any, **options: Any) -> Dataset:
        """Reading is accepted: same rows, same columns, same notices; no value shown."""
        dataset = segmint.read(source, ReadOptions(**options))
        done = self.command("inspect", source, "--json", *flags(options), cwd=self.folder)
        assert done.returncode == 0, done.stderr
        hides_values(done.stdout + done.stderr)
        shown = json.loads(done.stdout)
        assert shown["n_rows"] == dataset.n_rows
        assert shown["fingerprint"] == dataset.fingerprint
        assert shown["notices"] == [str(notice) for notice in dataset.notices]
        assert [(column["name"], column["kind"], column["role"]) for column in shown["columns"]] == [
            (feature.name, feature.kind.value, feature.role.value) for feature in dataset.schema
        ]
        return dataset

    def study(
        self, source: Any, *more: object, ks: tuple[int, ...] = (1, 2, 3), **options: Any
    ) -> tuple[Study, dict[str, Any]]:
        """A run is done: the same study to the last byte, and what the command line said of it."""
        study = segmint.study(segmint.read(source, ReadOptions(**options)), running(ks))
        kept = segmint.save_study(study, self.folder / "library")
        done = self.run(source, *more, ks=ks, **options)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        shown = json.loads(done.stdout)
        assert shown["study"] == kept.name
        assert shown["notices"] == [str(notice) for notice in study.notices]
        assert shown["decision"]["verdict"] == study.decision.verdict.value
        return study, shown

    def refuse_run(
        self,
        source: Any,
        code: str,
        *more: object,
        exit_code: int = 3,
        where: str = "",
        ks: tuple[int, ...] = (1, 2, 3),
        running_options: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> SegmintError:
        """A run is refused after reading: same error, nothing written, what was there untouched."""
        workspace = self.folder / "workspace"
        (workspace / "models").mkdir(parents=True, exist_ok=True)
        self.write(BEFORE, "workspace/models/table.segmint")
        before = contents(self.folder)
        known = running(ks, **(running_options or {}))
        read = ReadOptions(**options)
        error = raised(lambda: segmint.run(source, workspace, reading=read, options=known, track=False))
        done = self.run(source, *more, ks=ks, workspace=workspace, **options)
        same_refusal(error, done, code, where, exit_code)
        assert contents(self.folder) == before
        return error

    def run(
        self,
        source: Any,
        *more: object,
        ks: tuple[int, ...] = (1, 2, 3),
        workspace: Path | None = None,
        **options: Any,
    ) -> subprocess.CompletedProcess[str]:
        """Run the main job of the command line, as quick as it can be."""
        place = workspace or self.folder / "workspace"
        numbers = ",".join(map(str, ks))
        return self.command(
            "run", source, *QUICK, "--k", numbers, "--workspace", place, "--json", *flags(options), *more,
            cwd=self.folder,
        )  # fmt: skip

    def assign(self, bundle: Path, source: Any, **options: Any) -> tuple[Assignment, dict[str, Any]]:
        """Rows get their segments: the same ones, and what the command line said."""
        model = segmint.load_model(bundle)
        assignment = segmint.assign(model, source, ReadOptions(**options))
        out = self.folder / "segments.csv"
        done = self.command("assign", bundle, source, "-o", out, "--json", *flags(options), cwd=self.folder)
        assert done.returncode == 0, done.stderr
        hides_values(done.stdout + done.stderr)
        shown = json.loads(done.stdout)
        with out.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        assert [row["segment_id"] for row in rows] == assignment.segment_ids.tolist()
        assert shown["n_rows"] == len(rows) == len(assignment.keys)
        return assignment, shown

    def refuse_assign(
        self, bundle: Path, source: Any, code: str, *, where: str = "", **options: Any
    ) -> SegmintError:
        """No row gets a segment: same error, and the old result is untouched."""
        out = self.write(BEFORE, "segments.csv")
        before = contents(self.folder)
        model = segmint.load_model(bundle)
        error = raised(lambda: segmint.assign(model, source, ReadOptions(**options)))
        done = self.command("assign", bundle, source, "-o", out, *flags(options), cwd=self.folder)
        same_refusal(error, done, code, where, 3)
        assert contents(self.folder) == before
        return error

    def refuse_model(self, bundle: Path, code: str, *, exit_code: int = 3) -> SegmintError:
        """A model is refused by all that open one: ``load_model``, ``show``, ``assign``."""
        table, out = self.write("id,x\na,1\nb,2\n"), self.write(BEFORE, "segments.csv")
        before = contents(self.folder)
        error = raised(lambda: segmint.load_model(bundle))
        for arguments in (("show", bundle), ("assign", bundle, table, "-o", out)):
            done = self.command(*arguments, cwd=self.folder)
            same_refusal(error, done, code, bundle.name, exit_code)
        assert contents(self.folder) == before
        return error


def running(ks: tuple[int, ...], **more: Any) -> RunOptions:
    """Return the options of the quickest run, as the command line gets them by :data:`QUICK`."""
    return RunOptions(families=("kmeans",), ks=ks, n_resamples=0, **more)


def raised(work: Callable[[], object]) -> SegmintError:
    """Return the error of the family that work ends with; another one ends the test."""
    with pytest.raises(SegmintError) as caught:
        work()
    return caught.value


def same_refusal(
    error: SegmintError, done: subprocess.CompletedProcess[str], code: str, where: str, exit_code: int
) -> None:
    """Check that a refusal is one of the family, teaches, hides values, and is the same at both doors."""
    assert error.code == code
    assert where in error.where
    assert "Traceback" not in done.stderr
    assert (error.exit_code, done.returncode) == (exit_code, exit_code), done.stderr
    assert done.stdout == ""
    said = squeezed(done.stderr)
    for part in (error.where, error.received, error.rule, error.remedy, *error.details):
        assert squeezed(part) in said
    hides_values(error.text())
    hides_values(done.stderr)
    assert not unseen(error.text())
    assert not unseen(done.stderr)


def hides_values(text: str) -> None:
    """Check that no customer's value is shown, whole or as a number with separated thousands."""
    assert SECRET_DIGITS not in text.replace(",", "")


def unseen(text: str) -> set[str]:
    """Return the control, bidirectional and zero-width characters of a text."""
    return {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")} - {
        "\n"
    }


def squeezed(text: str) -> str:
    """Return a text without blanks: the command line breaks its lines anywhere."""
    return "".join(text.split())


def contents(folder: Path) -> dict[str, bytes]:
    """Return what every regular file of a folder holds, and the names of all else."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


def said(found: Dataset | Study, key: str) -> Mapping[str, Any]:
    """Return the figures of the one notice with a key; there must be one."""
    figures = [notice.figures for notice in found.notices if notice.key == key]
    assert len(figures) == 1, [str(notice) for notice in found.notices]
    return figures[0]


def flags(options: Mapping[str, Any]) -> list[object]:
    """Return the options of the reader as the command line takes them."""
    found: list[object] = []
    for name, value in options.items():
        found += _flag(name, value)
    return found


def _flag(name: str, value: Any) -> list[object]:
    option = "--" + {"kinds": "kind", "missing_values": "missing-value", "date_formats": "date-format"}.get(
        name, name.replace("_", "-")
    )
    if isinstance(value, bool):
        return [option] if value else []
    if isinstance(value, Mapping):
        return [part for left, right in value.items() for part in (option, f"{left}={right}")]
    if isinstance(value, tuple):
        return [part for each in value for part in (option, each)]
    return [option, value]


def cases(names: Iterable[str], *slow: str) -> list[Any]:
    """Return the names of a table's cases as parameters; those that vary another one may be slow."""
    return [pytest.param(name, marks=[pytest.mark.slow] * (name in slow)) for name in names]


HEAD = "id,spend,visits\n"


def rows(n: int = 30, *, separator: str = ",", key: str = SECRET) -> str:
    """Return rows of a table in order: a key, a number, a count."""
    cells = ((f"{key}-{row}", f"{row * 1.5 + 0.25}", f"{row * row % 17}") for row in range(n))
    return "".join(separator.join(row) + "\n" for row in cells)


TABLE = HEAD + rows()


def groups(*, head: str = "id,hours,points", more: Callable[[int], str] = lambda row: "", n: int = 30) -> str:
    """Return a table in three clear groups; ``more`` adds cells to a row."""
    centers = ((10, 200), (40, 900), (75, 300))
    lines = [
        f"{SECRET}-{row},{centers[row % 3][0] + row % 7 / 10:.2f},{centers[row % 3][1] + row % 5}{more(row)}"
        for row in range(n)
    ]
    return "\n".join([head, *lines]) + "\n"
