"""Segments that a company can trust: read, prepare, compare, decide, profile, track, package.

The public names are loaded when they are first used, so that ``import segmint`` costs nothing.

Examples
--------
>>> import segmint
>>> dataset = segmint.read(segmint.example_table("wholesale_customers"))
>>> dataset.n_rows
440
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segmint import charts as charts
    from segmint.choosing.study import Study as Study
    from segmint.data import ReadOptions as ReadOptions
    from segmint.data import example_table as example_table
    from segmint.data import read as read
    from segmint.errors import SegmintError as SegmintError
    from segmint.model.bundle import load_bundle as load_model  # noqa: F401
    from segmint.model.bundle import save_bundle as save_model  # noqa: F401
    from segmint.model.topic_file import load_topic_model as load_topic_model
    from segmint.model.topic_file import save_topic_model as save_topic_model
    from segmint.workflow.assign import assign as assign
    from segmint.workflow.challenge import renew as retrain  # noqa: F401
    from segmint.workflow.deliver import run as run
    from segmint.workflow.indexing import index_customers as index_customers
    from segmint.workflow.lookalike import LookalikeOptions as LookalikeOptions
    from segmint.workflow.lookalike import lookalike as lookalike
    from segmint.workflow.monitor import MonitorOptions as MonitorOptions
    from segmint.workflow.monitor import monitor as monitor
    from segmint.workflow.neighbors import NeighborOptions as NeighborOptions
    from segmint.workflow.neighbors import neighbors as neighbors
    from segmint.workflow.planning import RunOptions as RunOptions
    from segmint.workflow.retrain import RetrainOptions as RetrainOptions
    from segmint.workflow.run import study as study
    from segmint.workflow.studies import load_study as load_study
    from segmint.workflow.studies import save_study as save_study
    from segmint.workflow.texts import TextColumns as TextColumns
    from segmint.workflow.topic_features import assign_topics as assign_topics
    from segmint.workflow.topic_files import load_topic_study as load_topic_study
    from segmint.workflow.topic_planning import TopicOptions as TopicOptions
    from segmint.workflow.topics import topics as find_topics  # noqa: F401

__version__ = "0.1.0"

_PUBLIC = {
    "read": "segmint.data:read",
    "ReadOptions": "segmint.data:ReadOptions",
    "example_table": "segmint.data:example_table",
    "study": "segmint.workflow.run:study",
    "run": "segmint.workflow.deliver:run",
    "RunOptions": "segmint.workflow.planning:RunOptions",
    "assign": "segmint.workflow.assign:assign",
    "index_customers": "segmint.workflow.indexing:index_customers",
    "lookalike": "segmint.workflow.lookalike:lookalike",
    "LookalikeOptions": "segmint.workflow.lookalike:LookalikeOptions",
    "neighbors": "segmint.workflow.neighbors:neighbors",
    "NeighborOptions": "segmint.workflow.neighbors:NeighborOptions",
    "retrain": "segmint.workflow.challenge:renew",
    "monitor": "segmint.workflow.monitor:monitor",
    "MonitorOptions": "segmint.workflow.monitor:MonitorOptions",
    "RetrainOptions": "segmint.workflow.retrain:RetrainOptions",
    "load_study": "segmint.workflow.studies:load_study",
    "save_study": "segmint.workflow.studies:save_study",
    "load_model": "segmint.model.bundle:load_bundle",
    "save_model": "segmint.model.bundle:save_bundle",
    "Study": "segmint.choosing.study:Study",
    "SegmintError": "segmint.errors:SegmintError",
    "find_topics": "segmint.workflow.topics:topics",
    "assign_topics": "segmint.workflow.topic_features:assign_topics",
    "TopicOptions": "segmint.workflow.topic_planning:TopicOptions",
    "TextColumns": "segmint.workflow.texts:TextColumns",
    "load_topic_model": "segmint.model.topic_file:load_topic_model",
    "load_topic_study": "segmint.workflow.topic_files:load_topic_study",
    "save_topic_model": "segmint.model.topic_file:save_topic_model",
    "charts": "segmint.charts:",
}

__all__ = [*sorted(_PUBLIC), "__version__"]  # noqa: PLE0604 - the table above is the list


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'segmint' has no attribute {name!r}")
    module, _, attribute = _PUBLIC[name].partition(":")
    loaded = import_module(module)
    value = getattr(loaded, attribute) if attribute else loaded
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Show the public names to completion."""
    return __all__
