"""A model's file comes from anybody: nothing of it becomes a command of the build."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from segmint.errors import BundleError
from segmint.image import context as contexts
from segmint.image.context import describe_context
from segmint.image.facts import Facts, facts_of
from segmint.model.segment_model import SegmentModel


def forging() -> ModuleType:
    path = Path(__file__).parents[1] / "model" / "forging.py"
    spec = importlib.util.spec_from_file_location("segmint_tests_forging", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FORGING = forging()
MARK, put = FORGING.MARK, FORGING.put
HOSTILE = (
    f'0"\nRUN ["python3", "-c", "{MARK}"]\n#',
    f"{MARK} with blanks",
    f"`{MARK}`",
    f"${{{MARK}}}",
    f"{MARK}\n",
    f"{MARK}\u2028",
    f"{MARK}\\",
    f"@{MARK}@",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "place",
    [("fingerprint",), ("name",), ("family",), ("configuration",), ("versions", "segmint")],
    ids="-".join,
)
def test_a_forged_text_is_refused_or_written_nowhere(bundle: Path, place: tuple[str, ...], text: str) -> None:
    forged = put("manifest", *place, to=text)(bundle.read_bytes())
    try:
        files = describe_context(forged).files
    except BundleError as refused:
        assert MARK not in refused.text()
        return
    made = {path: content for path, content in files.items() if path != "model.segmint"}
    assert not [path for path, content in made.items() if MARK.encode() in content]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("part", ["name", "version", "content", "fingerprint", "segmint"])
def test_what_a_file_says_of_itself_ends_no_line(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, part: str, text: str
) -> None:
    def hostile(model: SegmentModel, content: str) -> Facts:
        return replace(facts_of(model, content), **{part: text})

    monkeypatch.setattr(contexts, "facts_of", hostile)
    with pytest.raises(BundleError) as refused:
        describe_context(bundle.read_bytes())
    assert refused.value.code == "image.not_plain"
    assert part in refused.value.text() and MARK not in refused.value.text()


@pytest.mark.parametrize("name", ["2024", "null", "on", "1e3", "0x1f", "1.5", "2024-01-01", "true", "no"])
def test_a_name_stays_a_text_in_yaml(bundle: Path, name: str) -> None:
    files = describe_context(put("manifest", "name", to=name)(bundle.read_bytes())).files
    composed = yaml.safe_load(files["compose.yaml"])
    scraped = yaml.safe_load(files["prometheus/prometheus.yml"])["scrape_configs"][0]
    assert composed["name"] == name.replace(".", "-")
    assert scraped["static_configs"][0]["labels"] == {"model": name}
    assert composed["services"]["segmint"]["image"].startswith(f"segmint/{composed['name']}:")
