"""What the routes use: settings, phase, metrics, the pool of workers, rosters and models."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from inkdigits.errors import WorkerError
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.registry import shipped_models
from inkdigits.recognition.numbers.lexicon import Roster
from inkdigits.service.batching.batcher import Batcher
from inkdigits.service.batching.limits import BatchLimits
from inkdigits.service.batching.pace import measure_pace
from inkdigits.service.lifecycle import Lifecycle
from inkdigits.service.metrics import Metrics
from inkdigits.service.settings import Settings
from inkdigits.workers.limits import Limits
from inkdigits.workers.pool import Pool

if TYPE_CHECKING:
    from starlette.requests import Request

_WORKER_NICENESS = 5
"""By how much workers give way to the process that answers requests, when both want the same core. It computes for
a millisecond at a time, and would wait for several of a worker's."""


@dataclass
class ServedModel:
    """A classifier that requests can name.

    Attributes
    ----------
    name
        Its name.
    recogniser
        The loaded model, with its card.
    digest
        SHA-256 of its file, hexadecimal.
    batcher
        Computes the rows of concurrent requests together.
    """

    name: str
    recogniser: OnnxRecogniser
    digest: str
    batcher: Batcher


@dataclass
class Resources:
    """What the routes use, found as ``request.app.state.resources``.

    Attributes
    ----------
    settings, lifecycle, metrics
        See their classes.
    pool
        The workers that read pictures; None until `start_workers`.
    rosters
        Lists of possible numbers by name.
    models
        The classifiers by name, the most accurate first.
    """

    settings: Settings
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    metrics: Metrics = field(default_factory=Metrics)
    pool: Pool | None = None
    rosters: dict[str, Roster] = field(default_factory=dict)
    models: dict[str, ServedModel] = field(default_factory=dict)

    def start_workers(self) -> None:
        """Load rosters and start the workers, which load their models in the background.

        Raises
        ------
        InkdigitsError
            If a roster cannot be read, or there can be no workers.
        """
        settings = self.settings
        self.rosters.update({name: Roster.load(path) for name, path in settings.rosters})
        self.pool = Pool(
            settings.n_workers,
            model=settings.model,
            models={name: str(path) for name, path in find_classifiers(settings.model).items()},
            rosters=self.rosters,
            limits=Limits(settings.picture_seconds, settings.worker_memory_bytes, niceness=_WORKER_NICENESS),
            max_waiting=settings.max_waiting_pictures,
        )

    def load_models(self) -> None:
        """Load the models of this process, and wait for the first worker; takes about half a second.

        Raises
        ------
        InkdigitsError
            If a model cannot be loaded, or no worker can be started.
        """
        for name, path in find_classifiers(self.settings.model).items():
            self.models[name] = self._load_model(name, path)
        self.get_pool().wait_until_ready()

    def get_pool(self) -> Pool:
        """Return the workers that read pictures.

        Raises
        ------
        WorkerError
            Before `start_workers`.
        """
        if self.pool is None:
            raise WorkerError("expected workers, but they have not been started")
        return self.pool

    def close(self) -> None:
        """End the workers, and the threads of the models."""
        for model in self.models.values():
            model.batcher.close()
        if self.pool is not None:
            self.pool.close()

    def _load_model(self, name: str, path: Path) -> ServedModel:
        recogniser = OnnxRecogniser(path, n_threads=1)
        settings, metrics = self.settings, self.metrics
        limits = BatchLimits(
            settings.max_batch_rows, settings.max_batch_wait_seconds, settings.max_waiting_rows
        )
        batcher = Batcher(
            recogniser,
            limits,
            measure_pace(recogniser, limits.largest_batch),
            lambda n_rows, n_requests, seconds: metrics.observe_batch(name, n_rows),
        )
        return ServedModel(name, recogniser, hashlib.sha256(path.read_bytes()).hexdigest(), batcher)


def find_classifiers(model: str | None) -> dict[str, Path]:
    """Return the files of the classifiers that are served, by name: the shipped ones, and before them a user's own.

    Parameters
    ----------
    model
        Name or path of the classifier that reads pictures; a path is served by the name of its file without suffix.
    """
    shipped = shipped_models()
    own = Path(model or "")
    if model is None or model in shipped or (own.suffix != ".onnx" and not own.is_file()):
        return shipped  # the workers refuse a name that is wrong
    return {own.stem: own, **{name: path for name, path in shipped.items() if name != own.stem}}


def find_resources(request: "Request") -> Resources:
    """Return the resources of the application that a request came to."""
    resources: Resources = request.app.state.resources
    return resources
