"""Sessions of ONNX Runtime, and the check of what a model file takes and gives."""

from pathlib import Path
from typing import Any

from inkdigits.contract import N_CLASSES, SIDE
from inkdigits.errors import ModelError
from inkdigits.recognition.model_card import METADATA_KEY, ModelCard


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
            f"{path} is damaged or no ONNX model; export it again, or name a shipped model"
        ) from error


def check_outputs(session: Any, path: Path) -> list[str]:
    """Check that a model classifies digit images, and return the names of its outputs.

    Parameters
    ----------
    session
        The model, in ONNX Runtime.
    path
        Its file, for messages.

    Returns
    -------
    list of str
        ``probabilities`` and, of some models, ``is_digit``.

    Raises
    ------
    ModelError
        If it has other inputs or outputs.
    """
    inputs, outputs = (
        session.get_inputs(),
        {each.name: each for each in session.get_outputs()},
    )
    takes = [(each.name, each.type, list(each.shape[1:])) for each in inputs]
    if takes != [("images", "tensor(uint8)", [SIDE, SIDE])]:
        named = ", ".join(f"{name} {kind} {shape}" for name, kind, shape in takes)
        raise ModelError(
            f"{path} is a model of another kind: expected one input images, uint8 "
            f"(n, {SIDE}, {SIDE}), but it takes {named}"
        )
    probabilities = outputs.get("probabilities")
    if probabilities is None or probabilities.type != "tensor(float)":
        raise ModelError(
            f"{path} is a model of another kind: expected an output probabilities, float32 "
            f"(n, {N_CLASSES}), but it gives {', '.join(outputs) or 'none'}"
        )
    return ["probabilities"] + (["is_digit"] if "is_digit" in outputs else [])


def load_card(session: Any, path: Path) -> ModelCard:
    """Return the card of a model; one with its file's name alone where the file holds none."""
    card = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    return ModelCard(name=path.stem) if card is None else ModelCard.from_json(card)


def _onnxruntime_errors() -> tuple[type[BaseException], ...]:
    """Return what ONNX Runtime raises on a bad file: some of it derives from Exception alone."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoSuchFile", "NotImplemented")
    return (RuntimeError, ValueError, *(getattr(state, name) for name in names if hasattr(state, name)))
