"""The registry of models and engines: a recogniser by the name of a model and of an engine."""

from pathlib import Path
from typing import TYPE_CHECKING

from inkdigits.choices import ENGINES
from inkdigits.errors import ModelError, UsageError
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.openvino import OpenVinoRecogniser

if TYPE_CHECKING:
    import os

_MODEL_FOLDER = Path(__file__).parents[1] / "models"
_RANKING = ("accurate", "compact", "classic", "quick")


def shipped_models() -> dict[str, Path]:
    """Return the models that come with the package, by name, the best on real pictures first."""
    found = {path.stem: path for path in sorted(_MODEL_FOLDER.glob("*.onnx"))}
    ranked = sorted(found, key=lambda name: _RANKING.index(name) if name in _RANKING else len(_RANKING))
    return {name: found[name] for name in ranked}


def load_recogniser(
    name_or_path: "str | os.PathLike[str] | None" = None,
    n_threads: int | None = None,
    engine: str = "auto",
) -> OnnxRecogniser | OpenVinoRecogniser:
    """Load a shipped model by its name, or any other from its ``.onnx`` file.

    Parameters
    ----------
    name_or_path
        Such as ``"classic"`` or ``"runs/mine/model.onnx"``; by default the shipped model that is best on real
        pictures.
    n_threads
        As in `OnnxRecogniser`.
    engine
        ``onnxruntime``, which ``auto`` is here, or ``openvino``: it takes a second to load, and pays off where
        tens of thousands of images are scored in large batches.

    Raises
    ------
    UsageError
        If there is no shipped model of that name, or no such engine.
    ModelError
        If the file is missing, damaged, or a model of another kind.
    MissingExtraError
        If the engine is not installed.
    """
    if engine not in ENGINES:
        raise UsageError(f"there is no engine {engine!r}: expected one of {', '.join(ENGINES)}")
    path = _find_model(name_or_path)
    if engine == "openvino":
        return OpenVinoRecogniser(path, n_threads)
    return OnnxRecogniser(path, n_threads)


def _find_model(name_or_path: "str | os.PathLike[str] | None") -> Path:
    shipped = shipped_models()
    if name_or_path is None:
        if not shipped:
            raise ModelError("no model came with this installation; name an .onnx file of your own")
        name_or_path = next(iter(shipped))
    if name_or_path in shipped:
        return shipped[str(name_or_path)]
    path = Path(name_or_path)
    if path.suffix != ".onnx" and not path.is_file():
        raise UsageError(
            f"there is no model {str(name_or_path)!r}: expected one of "
            f"{', '.join(shipped) or '(none is shipped)'}, or the path of an .onnx file"
        )
    return path
