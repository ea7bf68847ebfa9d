"""A recogniser that runs an ONNX model through ONNX Runtime."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inkdigits.contract import N_CLASSES, SIDE, DigitImages, Scores, check_digit_images
from inkdigits.errors import ModelError, UsageError
from inkdigits.recognition.card import METADATA_KEY, ModelCard

if TYPE_CHECKING:
    import os

    from inkdigits.recognition.openvino_recogniser import OpenVinoRecogniser

ENGINES = ("auto", "onnxruntime", "openvino")
"""What can compute a model; ``auto`` is ONNX Runtime, but where a great many images are scored at once."""

_PART = 256
"""Images in one call of ONNX Runtime: what the layers hand on then stays in the cache."""

_SHIPPED = Path(__file__).parent / "models"
_BEST_FIRST = ("accurate", "compact", "classic", "quick")


class OnnxRecogniser:
    """An ONNX model, loaded and checked.

    Parameters
    ----------
    path
        The ``.onnx`` file. Its input ``images`` takes ``uint8`` of shape (n, 28, 28); its output
        ``probabilities`` is ``float32`` of shape (n, 10), and an output ``is_digit``, if there is
        one, ``float32`` of shape (n,).
    n_threads
        Threads within one call; by default what ONNX Runtime chooses.

    Attributes
    ----------
    path
        The file.
    card
        What is known of the model.
    outputs
        The names of its answers: ``probabilities`` and, from some, ``is_digit``.

    Raises
    ------
    ModelError
        If the file is missing, damaged, or a model of another kind.
    """

    def __init__(self, path: "str | os.PathLike[str]", n_threads: int | None = None) -> None:
        self.path = Path(path)
        self._session = open_session(self.path, n_threads)
        self.outputs = self._check_contract()
        self._run = self._session.run
        card = self._session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
        self.card = ModelCard(name=self.path.stem) if card is None else ModelCard.from_json(card)

    def _check_contract(self) -> list[str]:
        inputs, outputs = (
            self._session.get_inputs(),
            {each.name: each for each in self._session.get_outputs()},
        )
        takes = [(each.name, each.type, list(each.shape[1:])) for each in inputs]
        if takes != [("images", "tensor(uint8)", [SIDE, SIDE])]:
            named = ", ".join(f"{name} {kind} {shape}" for name, kind, shape in takes)
            raise ModelError(
                f"{self.path} is a model of another kind: expected one input images, uint8 "
                f"(n, {SIDE}, {SIDE}), but it takes {named}"
            )
        probabilities = outputs.get("probabilities")
        if probabilities is None or probabilities.type != "tensor(float)":
            raise ModelError(
                f"{self.path} is a model of another kind: expected an output probabilities, float32 "
                f"(n, {N_CLASSES}), but it gives {', '.join(outputs) or 'none'}"
            )
        return ["probabilities"] + (["is_digit"] if "is_digit" in outputs else [])

    def score(self, images: DigitImages) -> Scores:
        """Score digit images, ``uint8`` of shape (n, 28, 28); see `inkdigits.contract.Recogniser`."""
        if images.__class__ is not np.ndarray or images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
            images = check_digit_images(images)
        if len(images) > _PART:
            return self._score_in_parts(images)
        answers = self._run(self.outputs, {"images": images})
        probabilities = answers[0]
        if probabilities.shape != (len(images), N_CLASSES):
            raise ModelError(
                f"{self.path} answered with shape {probabilities.shape}, "
                f"expected ({len(images)}, {N_CLASSES})"
            )
        is_digit = answers[1] if len(answers) > 1 else np.ones(len(images), np.float32)
        return Scores(probabilities, is_digit.reshape(len(images)))

    def _score_in_parts(self, images: DigitImages) -> Scores:
        parts = [self.score(images[start : start + _PART]) for start in range(0, len(images), _PART)]
        return Scores(
            np.concatenate([part.probabilities for part in parts]),
            np.concatenate([part.is_digit for part in parts]),
        )

    @property
    def engine(self) -> str:
        """What computes, with its version and its arithmetic."""
        import onnxruntime

        return f"ONNX Runtime {onnxruntime.__version__}, float32"


def open_session(path: Path, n_threads: int | None = None) -> Any:
    """Open an ``.onnx`` file as a session of ONNX Runtime on the processor.

    Raises
    ------
    ModelError
        If the file is missing or damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"the model {path} cannot be read: {error.strerror or error}; expected an .onnx file"
        ) from error
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.inter_op_num_threads = 1
    if n_threads is not None:
        options.intra_op_num_threads = n_threads
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except _onnxruntime_errors() as error:
        raise ModelError(
            f"{path} is damaged or no ONNX model; export it again, or name one of "
            f"{', '.join(shipped_models()) or 'the shipped models'}"
        ) from error


def shipped_models() -> dict[str, Path]:
    """Return the models that come with the package, by name, the best on real pictures first."""
    found = {path.stem: path for path in sorted(_SHIPPED.glob("*.onnx"))}
    ranked = sorted(
        found, key=lambda name: _BEST_FIRST.index(name) if name in _BEST_FIRST else len(_BEST_FIRST)
    )
    return {name: found[name] for name in ranked}


def load_recogniser(
    name_or_path: "str | os.PathLike[str] | None" = None,
    n_threads: int | None = None,
    engine: str = "auto",
) -> "OnnxRecogniser | OpenVinoRecogniser":
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
        from inkdigits.recognition.openvino_recogniser import OpenVinoRecogniser

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


def _onnxruntime_errors() -> tuple[type[BaseException], ...]:
    """Return what ONNX Runtime raises on a bad file: some of it derives from Exception alone."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoSuchFile", "NotImplemented")
    return (RuntimeError, ValueError, *(getattr(state, name) for name in names if hasattr(state, name)))
