"""The folder in which everything of one team lives, and where each thing is in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from segmint.errors import SegmintError


@dataclass(frozen=True)
class Workspace:
    """A workspace folder: studies, models, reports, and MLflow's database and artifacts.

    It may be moved: nothing in it but MLflow's own artifact locations is an absolute path, and those
    are repointed by the first command after a move.
    """

    folder: Path

    @property
    def studies(self) -> Path:
        """One folder a study, named by its content."""
        return self.folder / "studies"

    @property
    def models(self) -> Path:
        """The latest bundle of each model, ``NAME.segmint``."""
        return self.folder / "models"

    @property
    def reports(self) -> Path:
        """The latest report of each model, ``NAME.html``."""
        return self.folder / "reports"

    @property
    def pulled(self) -> Path:
        """Registered bundles brought here, named by their content."""
        return self.folder / "pulled"

    @property
    def challengers(self) -> Path:
        """The latest retrained bundle of each model, ``NAME.segmint``: not in use until it is promoted."""
        return self.folder / "challengers"

    @property
    def members(self) -> Path:
        """Who was in which segment when a model was trained: keys and segment ids, a file a training."""
        return self.folder / "members"

    def topics(self, name: str) -> Path:
        """Return the folder of a topic model: its file, its page and its pictures."""
        return self.folder / "topics" / name

    def looks(self, name: str) -> Path:
        """Return the folder of the looks at batches of a model, a file each."""
        return self.folder / "looks" / name

    def challenger(self, name: str) -> Path:
        """Return where the latest retrained bundle of a model lies."""
        return self.challengers / f"{name}.segmint"

    def model(self, name: str) -> Path:
        """Return where the latest bundle of a model lies."""
        return self.models / f"{name}.segmint"

    def report(self, name: str) -> Path:
        """Return where the latest report of a model lies."""
        return self.reports / f"{name}.html"


def open_workspace(folder: str | Path) -> Workspace:
    """Return the workspace of a folder, making the folder where it is missing."""
    workspace = Workspace(Path(folder))
    with keeping(workspace.folder):
        for place in (workspace.studies, workspace.models, workspace.reports):
            place.mkdir(parents=True, exist_ok=True)
    return workspace


@contextmanager
def keeping(place: Path) -> Iterator[None]:
    """Turn a disk's refusal (full, gone, not permitted) into an error that names the place."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SegmintError("workflow.unwritable", where=place.name, reason=reason) from None
