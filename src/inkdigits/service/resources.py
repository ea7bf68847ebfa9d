"""What the routes use: settings, phase, figures, the pool of workers, rosters and models."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.registry import shipped_models
from inkdigits.recognition.numbers.lexicon import Roster
from inkdigits.service.lifecycle import Lifecycle
from inkdigits.service.metrics import Metrics
from inkdigits.service.settings import Settings
from inkdigits.workers.limits import Limits
from inkdigits.workers.pool import Pool

if TYPE_CHECKING:
    from starlette.requests import Request


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
    """

    name: str
    recogniser: OnnxRecogniser
    digest: str


@dataclass
class Resources:
    """What the routes use, found as ``request.app.state.resources``.

    Attributes
    ----------
    settings, lifecycle, metrics
        See their classes.
    pool
        The workers that read pictures; None until `start`.
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

    def start(self) -> None:
        """Load rosters, start the workers, and load models meanwhile; takes about half a second."""
        settings = self.settings
        self.rosters.update({name: Roster.load(path) for name, path in settings.rosters})
        self.pool = Pool(
            settings.n_workers,
            model=settings.model,
            models={name: name for name in shipped_models()},
            rosters=self.rosters,
            limits=Limits(settings.picture_seconds, settings.worker_memory_bytes),
            max_waiting=settings.max_waiting_pictures,
        )
        for name, path in shipped_models().items():
            self.models[name] = _load_model(name, path)

    def close(self) -> None:
        """End the workers."""
        if self.pool is not None:
            self.pool.close()


def find_resources(request: "Request") -> Resources:
    """Return the resources of the application that a request came to."""
    resources: Resources = request.app.state.resources
    return resources


def _load_model(name: str, path: Path) -> ServedModel:
    return ServedModel(name, OnnxRecogniser(path, n_threads=1), hashlib.sha256(path.read_bytes()).hexdigest())
