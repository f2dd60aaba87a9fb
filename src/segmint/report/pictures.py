"""Charts as parts of a page: their words, two drawings (page and phone), and the numbers behind them."""

from __future__ import annotations

from typing import Any, Final

from segmint.charts.chart import PHONE, Chart
from segmint.charts.naming import family_title, parameters
from segmint.charts.render import svgs, themed
from segmint.charts.side_by_side import compared, difference, family_panel
from segmint.charts.table import CHARTS
from segmint.choosing.study import Study
from segmint.report.said import under_its_family
from segmint.words import say
from segmint.words.numbers import agreement, score, share

MOST_NUMBERS: Final = 200
_ON_THE_PAGE: Final = (
    "map", "profile", "silhouette_by_k", "stability", "elbow", "silhouette_rows", "null",
    "bic_by_covariance", "k_distance",
)  # fmt: skip
_HALVES: Final = frozenset({"silhouette_by_k", "stability", "null", "bic_by_covariance"})
_HALF: Final = 384
_ONE_WIDTH: Final = frozenset({"resamples"})


def pictures(study: Study) -> dict[str, dict[str, Any]]:
    """Return every chart of the page that the study has, by name."""
    shown = [CHARTS[name] for name in (*_ON_THE_PAGE, "resamples") if CHARTS[name].available(study)]
    wanted = [(chart, place, width) for chart in shown for place, width in _widths(chart).items()]
    drawn = svgs(chart.bare(study, theme="variables", width=width) for chart, _, width in wanted)
    found = {chart.name: _words(study, chart) for chart in shown}
    for (chart, place, _), drawing in zip(wanted, drawn, strict=True):
        words = found[chart.name]
        words["drawings"][place] = themed(drawing, name=f"{chart.name}-{place}", label=words["label"])
    return found


def _widths(chart: Chart) -> dict[str, int]:
    if chart.name in _ONE_WIDTH:
        return {"wide": PHONE}
    return {"wide": _HALF if chart.name in _HALVES else chart.width, "narrow": PHONE}


def _words(study: Study, chart: Chart) -> dict[str, Any]:
    caption, numbers = chart.caption(study), chart.numbers(study)
    return {
        "name": chart.name,
        "label": str(caption.description),
        "finding": str(caption.finding),
        "reading": str(caption.reading),
        "drawings": {},
        "numbers": {"head": list(numbers.head), "rows": [list(row) for row in numbers.rows[:MOST_NUMBERS]]},
    }


def family_pictures(study: Study) -> list[dict[str, Any]]:
    """Return the small maps of each family's best: what it got, and why it lost."""
    names = compared(study)
    width = 178 if len(names) == 4 else 240
    reasons = {rival.configuration: under_its_family(rival.reason) for rival in study.decision.rivals}
    drawn = svgs(family_panel(study, name, width=width, theme="variables") for name in names)
    found = []
    for place, (name, drawing) in enumerate(zip(names, drawn, strict=True)):
        trial = study.trial(name)
        title = family_title(trial.configuration.family)
        chosen = name == study.decision.configuration and study.model is not None
        found.append(
            {
                "title": title,
                "parameters": parameters(trial.configuration),
                "chosen": chosen,
                "drawing": themed(drawing, name=f"family-{place}", label=_label(study, name, title)),
                "reason": say("report.families.chosen", k=trial.n_clusters or 0)
                if chosen
                else reasons.get(name, ""),
                "facts": _facts(study, name),
            }
        )
    return found


def _label(study: Study, configuration: str, title: str) -> str:
    return say("report.families.label", family=title, differs=difference(study, configuration))


def _facts(study: Study, configuration: str) -> str:
    trial, resampling = study.trial(configuration), study.decision.resampling
    facts = []
    value, noise = trial.value("silhouette"), trial.noise_share or 0.0
    if value is not None:
        key = "silhouette_covered" if noise else "silhouette"
        facts.append(say(f"report.families.{key}", value=score(value), covered=share(1 - noise)))
    overlaps = () if resampling is None else resampling.jaccard.get(configuration, ())
    if overlaps:
        facts.append(say("report.families.found_again", value=agreement(sum(overlaps) / len(overlaps))))
    if configuration != study.decision.configuration:
        facts.append(say("report.families.elsewhere", differs=difference(study, configuration)))
    return " · ".join(facts)
