"""Charts as parts of a page: their words, two drawings (page and phone), and the numbers behind them."""

from __future__ import annotations

from typing import Any, Final

from segmint.charts.chart import PHONE, Chart
from segmint.charts.naming import family_title, parameters
from segmint.charts.render import themed_svg
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
    shown = {name: CHARTS[name] for name in (*_ON_THE_PAGE, "resamples") if CHARTS[name].available(study)}
    return {name: _picture(study, chart) for name, chart in shown.items()}


def _picture(study: Study, chart: Chart) -> dict[str, Any]:
    caption, numbers = chart.caption(study), chart.numbers(study)
    label = str(caption.description)
    width = _HALF if chart.name in _HALVES else chart.width
    drawn = {"wide": width, "narrow": PHONE} if chart.name not in _ONE_WIDTH else {"wide": PHONE}
    return {
        "name": chart.name,
        "finding": str(caption.finding),
        "reading": str(caption.reading),
        "drawings": {
            place: themed_svg(
                chart.bare(study, theme="variables", width=px), name=f"{chart.name}-{place}", label=label
            )
            for place, px in drawn.items()
        },
        "numbers": {"head": list(numbers.head), "rows": [list(row) for row in numbers.rows[:MOST_NUMBERS]]},
    }


def family_pictures(study: Study) -> list[dict[str, Any]]:
    """Return the small maps of each family's best: what it got, and why it lost."""
    names = compared(study)
    width = 178 if len(names) == 4 else 240
    reasons = {rival.configuration: under_its_family(rival.reason) for rival in study.decision.rivals}
    found = []
    for place, name in enumerate(names):
        trial = study.trial(name)
        title = family_title(trial.configuration.family)
        chosen = name == study.decision.configuration and study.model is not None
        found.append(
            {
                "title": title,
                "parameters": parameters(trial.configuration),
                "chosen": chosen,
                "drawing": _panel(study, name, width, f"family-{place}", title),
                "reason": say("report.families.chosen", k=trial.n_clusters or 0)
                if chosen
                else reasons.get(name, ""),
                "facts": _facts(study, name),
            }
        )
    return found


def _panel(study: Study, configuration: str, width: int, name: str, title: str) -> str:
    drawing = family_panel(study, configuration, width=width, theme="variables")
    label = say("report.families.label", family=title, differs=difference(study, configuration))
    return themed_svg(drawing, name=name, label=label)


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
