"""Load a recogniser by the name or path of its model and the name of an engine."""

from pathlib import Path
from typing import TYPE_CHECKING

from inkdigits.choices import ENGINES
from inkdigits.errors import ModelError, UsageError
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.openvino import OpenVinoRecogniser
from inkdigits.recognition.model_files.pins import MODEL_FOLDER

if TYPE_CHECKING:
    import os

_RANKING = ("accurate", "compact", "classic", "quick")


def shipped_models() -> dict[str, Path]:
    """Return the paths of the shipped models by name, the most accurate on real pictures first."""
    found = {path.stem: path for path in sorted(MODEL_FOLDER.glob("*.onnx"))}
    ranked = sorted(found, key=lambda name: _RANKING.index(name) if name in _RANKING else len(_RANKING))
    return {name: found[name] for name in ranked}


def load_recogniser(
    name_or_path: "str | os.PathLike[str] | None" = None,
    n_threads: int | None = None,
    engine: str = "auto",
) -> OnnxRecogniser | OpenVinoRecogniser:
    """Load a shipped model by name, or another model from its ``.onnx`` file.

    Parameters
    ----------
    name_or_path
        For example ``"classic"`` or ``"runs/mine/model.onnx"``; by default the shipped model that is most accurate on
        real pictures.
    n_threads
        See `OnnxRecogniser`.
    engine
        ``auto``, ``onnxruntime`` or ``openvino``; ``auto`` is ``onnxruntime`` here. OpenVINO takes about a second
        longer to load, and is faster overall for tens of thousands of images in large batches.

    Returns
    -------
    OnnxRecogniser or OpenVinoRecogniser

    Raises
    ------
    UsageError
        If no shipped model has that name, or the engine is unknown.
    ModelError
        If the file is missing or damaged, or its inputs or outputs are of another kind.
    MissingExtraError
        If the engine is not installed.
    """
    if engine not in ENGINES:
        raise UsageError(f"expected engine {', '.join(ENGINES[:-1])} or {ENGINES[-1]}, but got {engine!r}")
    path = find_model(name_or_path)
    if engine == "openvino":
        return OpenVinoRecogniser(path, n_threads)
    return OnnxRecogniser(path, n_threads)


def find_model(name_or_path: "str | os.PathLike[str] | None") -> Path:
    """Return the path of a shipped model by its name, or of another ``.onnx`` file; see `load_recogniser`."""
    shipped = shipped_models()
    if name_or_path is None:
        if not shipped:
            raise ModelError(
                "expected shipped models, but this installation has none; give the path of an .onnx file"
            )
        name_or_path = next(iter(shipped))
    if name_or_path in shipped:
        return shipped[str(name_or_path)]
    path = Path(name_or_path)
    if path.suffix != ".onnx" and not path.is_file():
        raise UsageError(
            f"expected the name of a shipped model ({', '.join(shipped) or 'none is installed'}) or the path of "
            f"an .onnx file, but got {str(name_or_path)!r}"
        )
    return path
