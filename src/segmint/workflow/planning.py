"""What a run is going to do and cost, known before anything is fitted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from segmint.choosing.called import could_be_called
from segmint.choosing.forecast import forecast, refuse_if_too_large
from segmint.choosing.space import plan
from segmint.data.dataset import Dataset
from segmint.drift.calibration import MOST_ATOMS
from segmint.drift.framing import MOST_PAIRS
from segmint.errors import NotFoundError
from segmint.families.fit import Configuration, Cost, Request
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.model.ids import check_model_name, model_name_from
from segmint.prepare.fit import Prepared, prepare
from segmint.prepare.missing import settled
from segmint.prepare.options import PreparationOptions
from segmint.types import Progress, silent


@dataclass(frozen=True)
class RunOptions:
    """How a study is made; every option has a default that suits a first look.

    Attributes
    ----------
    families
        Names of the families to compare.
    ks
        Numbers of clusters for the families that take one.
    init
        How K-Means starts: ``k-means++`` or ``random``.
    preparation
        Scaling, missing values, clipping and log.
    seed
        The root seed; same seed, same bytes.
    name
        The model's name; made from the source's name where it is ``None``.
    n_resamples
        How often the finalists are fitted again.
    choose, because
        A configuration (its id, or ``kmeans-6``) that a person chooses instead of the product, and why.
    jobs
        Threads to use; ``None`` for all.
    exact_rows
        Whether density families keep exact rows in the bundle, instead of means of at least five.
    memory
        Bytes that a run may use; ``None`` for what the machine has.
    command
        The command line, for the provenance.
    """

    families: tuple[str, ...] = tuple(FAMILIES)
    ks: tuple[int, ...] = tuple(range(1, 11))
    init: str = "k-means++"
    preparation: PreparationOptions = field(default_factory=PreparationOptions)
    seed: int = 0
    name: str | None = None
    n_resamples: int = 100
    choose: str | None = None
    because: str | None = None
    jobs: int | None = None
    exact_rows: bool = False
    memory: float | None = None
    command: str = ""


@dataclass(frozen=True)
class Planned:
    """A run before its first fit: the prepared rows, what will be fitted, and what that will cost."""

    dataset: Dataset
    options: RunOptions
    name: str
    prepared: Prepared
    geometry: Geometry
    configurations: tuple[Configuration, ...]
    forecast: Cost


def plan_run(dataset: Dataset, options: RunOptions | None = None, progress: Progress = silent) -> Planned:
    """Prepare a dataset and say what its run will cost.

    Parameters
    ----------
    dataset
        What :func:`segmint.read` gave.
    options
        See :class:`RunOptions`.
    progress
        Step ``prepared``.

    Returns
    -------
    Planned
        Its ``forecast`` is of the study; what is made of it comes on top (:func:`whole_run`).

    Raises
    ------
    NotFoundError
        If a configuration is chosen that is not planned.
    ResourceError
        If the forecast says that it would not fit into memory.
    SchemaError
        If no column can make clusters.
    """
    options = options or RunOptions()
    dataset = replace(dataset, schema=settled(dataset.schema, options.preparation))
    prepared = prepare(dataset, options.preparation)
    progress("prepared", prepared.matrix.n_features, prepared.matrix.n_features)
    return plan_prepared(dataset, options, prepared)


def plan_prepared(
    dataset: Dataset,
    options: RunOptions,
    prepared: Prepared,
    configurations: tuple[Configuration, ...] | None = None,
) -> Planned:
    """Say what a run on prepared rows will cost (see :func:`plan_run`); configurations may be given."""
    name = model_name_from(dataset.source) if options.name is None else check_model_name(options.name)
    geometry = Geometry(prepared.matrix.X)
    request = Request(options.ks, options.seed, options.init, options.exact_rows)
    configurations = configurations or tuple(plan(geometry, options.families, request))
    if options.choose is not None and not could_be_called(options.choose, configurations):
        raise NotFoundError("workflow.not_planned", wanted=options.choose, n=len(configurations))
    n, d = geometry.n_samples, geometry.n_features
    expected = forecast(n, d, configurations, n_resamples=options.n_resamples)
    watching = cost_of_watching(n, d)
    expected = Cost(expected.seconds + watching.seconds, expected.memory + watching.memory)
    refuse_if_too_large(expected, geometry.n_samples, geometry.n_features, memory_limit=options.memory)
    return Planned(dataset, options, name, prepared, geometry, configurations, expected)


def cost_of_watching(n_samples: int, n_features: int) -> Cost:
    """Forecast what it takes to learn how far batches differ by chance: training redrawn, six segments assumed."""
    atoms, pairs = min(n_samples, MOST_ATOMS), min(n_features * (n_features - 1) // 2, MOST_PAIRS)
    watched = 6 * (3 * n_features + 1) + 10 * n_features + pairs
    scores = 8.0 * atoms * (13 * n_features + 3 + pairs)
    return Cost(0.8 + 2e-6 * atoms * watched, 40e6 + 1.6 * scores)


_REPORT = Cost(2.5, 180e6)  # Vega's own process among it
_TRACKING = Cost(2.5, 110e6)


def whole_run(study: Cost, *, track: bool = True) -> Cost:
    """Forecast a study with all that is made of it: bundle, report, and MLflow where it is told.

    Drawing and MLflow cost the same for every table, some eighty configurations assumed.

    Examples
    --------
    >>> whole_run(Cost(60.0, 5e8), track=False)
    Cost(seconds=62.5, memory=680000000.0)
    """
    extra = (_REPORT, _TRACKING) if track else (_REPORT,)
    return Cost(
        study.seconds + sum(cost.seconds for cost in extra), study.memory + sum(cost.memory for cost in extra)
    )
