"""Open ONNX Runtime sessions, and check the inputs, outputs and cards of model files."""

from pathlib import Path
from typing import Any

from inkdigits.contract import N_CLASSES, SIDE
from inkdigits.errors import ModelError
from inkdigits.recognition.model_card import METADATA_KEY, ModelCard


def open_session(path: Path, n_threads: int | None = None) -> Any:
    """Open an ONNX Runtime session of an ``.onnx`` file on the CPU.

    Parameters
    ----------
    path
        The file.
    n_threads
        Threads per call; by default ONNX Runtime chooses.

    Returns
    -------
    onnxruntime.InferenceSession

    Raises
    ------
    ModelError
        If the file is missing or damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"expected an .onnx file, but the model {path} cannot be read: {error.strerror or error}"
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
            f"expected an ONNX model, but {path} is damaged or not one; export it again, or use a shipped model"
        ) from error


def check_outputs(session: Any, path: Path) -> list[str]:
    """Check the input and the outputs of a classifier of digit images.

    Parameters
    ----------
    session
        The model's session.
    path
        Its file, for error messages.

    Returns
    -------
    list of str
        Names of the outputs: ``probabilities`` and, in some models, ``is_digit``.

    Raises
    ------
    ModelError
        If the model has another input, or no output ``probabilities``.
    """
    inputs, outputs = (
        session.get_inputs(),
        {each.name: each for each in session.get_outputs()},
    )
    signature = [(each.name, each.type, list(each.shape[1:])) for each in inputs]
    if signature != [("images", "tensor(uint8)", [SIDE, SIDE])]:
        named = ", ".join(f"{name} {kind} {shape}" for name, kind, shape in signature)
        raise ModelError(
            f"expected one input, images, uint8 (n, {SIDE}, {SIDE}), in {path}, but got {named}; "
            "use a model that classifies digit images"
        )
    probabilities = outputs.get("probabilities")
    if probabilities is None or probabilities.type != "tensor(float)":
        raise ModelError(
            f"expected an output probabilities, float32 (n, {N_CLASSES}), in {path}, "
            f"but got {', '.join(outputs) or 'none'}; use a model that classifies digit images"
        )
    return ["probabilities"] + (["is_digit"] if "is_digit" in outputs else [])


def load_card(session: Any, path: Path) -> ModelCard:
    """Return the model card of a session; if the file has none, a card with only its name."""
    card = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    return ModelCard(name=path.stem) if card is None else ModelCard.from_json(card)


def _onnxruntime_errors() -> tuple[type[BaseException], ...]:
    """Return the exceptions that ONNX Runtime raises on a damaged file; some derive directly from Exception."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoSuchFile", "NotImplemented")
    return (RuntimeError, ValueError, *(getattr(state, name) for name in names if hasattr(state, name)))
