"""Images of buildah, in a store of their own."""

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

DEFAULT_FOLDER = platformdirs.user_cache_path("inkdigits", appauthor=False) / "containers"
"""Shared by all clones, so that only the first build installs the packages."""

MAX_STORE_BYTES = 4 * 10**9
"""Size from which a store is emptied before the next build. The layers of one build have 2 GB."""


@dataclass(frozen=True)
class ImageConfig:
    """What an image says about the process that it is made for.

    Attributes
    ----------
    command
        Entry point and arguments.
    environment
        Environment variables.
    user
        ``UID:GID``.
    stop_signal
        Name of the signal that ends it.
    health_check
        Command that succeeds if the process is healthy.
    ports
        Ports, such as ``8000/tcp``.
    labels
        Labels.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str]
    user: str
    stop_signal: str
    health_check: tuple[str, ...]
    ports: tuple[str, ...]
    labels: Mapping[str, str]


class Store:
    """A store of images.

    Parameters
    ----------
    folder
        Folder of the store; it is created.
    """

    def __init__(self, folder: Path = DEFAULT_FOLDER) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._buildah = ("buildah", "--root", str(folder / "images"), "--runroot", str(folder / "run"))

    def call(self, *words: object) -> str:
        """Call buildah; return what it prints.

        Raises
        ------
        RuntimeError
            If it fails; the message has the end of its output.
        """
        done = subprocess.run(
            [*self._buildah, *map(str, words)], capture_output=True, text=True, check=False, timeout=900
        )
        if done.returncode:
            raise RuntimeError(f"buildah {words[0]} failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done.stdout.strip()

    def build(self, context: Path, tag: str, base: str, secrets: Mapping[str, Path]) -> None:
        """Build the Containerfile of a folder, from the first step on that is new to this store.

        Parameters
        ----------
        context
            The folder.
        tag
            Name of the image.
        base
            Name of the base image in this store.
        secrets
            Files by the names of the secrets of the build.
        """
        options: list[object] = ["--isolation", "chroot", "--format", "docker", "--layers", "--pull-never"]
        for name, path in secrets.items():
            options += ["--secret", f"id={name},src={path}"]
        self.call(
            "build", *options, "--build-arg", f"BASE={base}", "--tag", tag,
            "--file", context / "Containerfile", context,
        )  # fmt: skip

    def read_config(self, image: str) -> ImageConfig:
        """Return the configuration of an image."""
        config: dict[str, Any] = json.loads(self.call("inspect", "--type", "image", image))["Docker"][
            "config"
        ]
        return ImageConfig(
            command=(*(config["Entrypoint"] or ()), *(config["Cmd"] or ())),
            environment=dict(each.split("=", 1) for each in config["Env"] or ()),
            user=config.get("User", ""),
            stop_signal=config.get("StopSignal", ""),
            health_check=_read_health_check((config.get("Healthcheck") or {}).get("Test") or ()),
            ports=tuple(config.get("ExposedPorts") or ()),
            labels=config["Labels"] or {},
        )

    def read_created(self, image: str) -> float | None:
        """Return when an image was made, in seconds since 1970, or None if there is none of this name."""
        names = {
            name: float(each["created"])
            for each in json.loads(self.call("images", "--json") or "null") or ()
            for name in each["names"] or ()
        }
        return names.get(f"localhost/{image}:latest")

    @contextlib.contextmanager
    def mounted(self, image: str) -> Iterator[Path]:
        """Give the root folder of an image, or of ``scratch``; what is written there does not change the image."""
        container = self.call("from", "--pull-never", image)
        try:
            yield Path(self.call("mount", container))
        finally:
            self.call("rm", container)

    def make_image(self, fill: Sequence[str], tag: str) -> None:
        """Make an image of what a program writes.

        Parameters
        ----------
        fill
            Command line; the path of the root folder is appended.
        tag
            Name of the image.
        """
        container = self.call("from", "scratch")
        try:
            root = self.call("mount", container)
            done = subprocess.run([*fill, root], capture_output=True, text=True, check=False, timeout=600)
            if done.returncode:
                raise RuntimeError(f"{fill[0]} failed:\n{done.stderr[-3000:]}")
            self.call("commit", "--quiet", container, tag)
        finally:
            self.call("rm", container)

    def limit_size(self) -> None:
        """Remove all images if they are larger than `MAX_STORE_BYTES`: old layers are never used again."""
        listed = subprocess.run(
            ["du", "--bytes", "--summarize", self._folder], capture_output=True, text=True
        )
        if int(listed.stdout.split()[0]) > MAX_STORE_BYTES:
            self.remove()

    def remove(self) -> None:
        """Remove all images, and the folder."""
        self.call("rm", "--all")
        self.call("rmi", "--all", "--force")
        shutil.rmtree(self._folder)
        self._folder.mkdir()


def _read_health_check(test: Sequence[str]) -> tuple[str, ...]:
    """Return the command of a health check in the form ``["CMD", ...]``; there is no shell for the other form."""
    if test and test[0] != "CMD":
        raise ValueError(f"expected a health check that needs no shell, but got {test}")
    return tuple(test[1:])
