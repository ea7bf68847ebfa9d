"""The check of a model file before an inference engine sees it."""

from inkdigits.errors import ModelError
from inkdigits.files.limits import MAX_CARD_BYTES, MAX_MODEL_BYTES, MAX_MODEL_NODES, MAX_MODEL_TENSORS
from inkdigits.recognition.model_files.constants import check_constants
from inkdigits.recognition.model_files.graph import Graph, read_graph
from inkdigits.recognition.model_files.kinds import ModelKind
from inkdigits.recognition.model_files.operators import ALLOWED
from inkdigits.recognition.model_files.wire import WireError

_OWN_DOMAINS = ("", "ai.onnx")
"""Names of the domain of ONNX's own operators."""


def check_model(content: bytes, name: str, kind: ModelKind | None) -> Graph:
    """Check that a model file is data only: a graph of tensor arithmetic of limited size, and nothing else.

    Parameters
    ----------
    content
        The bytes of the file.
    name
        Its name in messages.
    kind
        The inputs and outputs that it must have; None for any.

    Returns
    -------
    Graph
        The parts of the file that were checked.

    Raises
    ------
    ModelError
        If the file is not ONNX, too large, or has external data, other operators than `ALLOWED`, graphs within the
        graph, functions, or other inputs or outputs.
    """
    if len(content) > MAX_MODEL_BYTES:
        raise ModelError(f"{name} is too large: models of at most {MAX_MODEL_BYTES // 2**20} MB are loaded")
    try:
        graph = read_graph(content)
        _check_size(graph)
        _check_operators(graph)
        check_constants(graph)
    except WireError as error:
        raise ModelError(
            f"expected an ONNX model with tensor operators only, but {name} is not one: {error}; export it again, or "
            "use a shipped model"
        ) from error
    if kind is not None:
        kind.check(graph, name)
    return graph


def _check_size(graph: Graph) -> None:
    n_bytes = sum(len(key) + len(value) for key, value in graph.metadata.items())
    for what, n, most in (
        ("nodes", len(graph.nodes), MAX_MODEL_NODES),
        ("initialisers", len(graph.initialisers), MAX_MODEL_TENSORS),
        ("characters of metadata", n_bytes, MAX_CARD_BYTES),
    ):
        if n > most:
            raise WireError(f"it has {n:,} {what}, at most {most:,} are allowed")


def _check_operators(graph: Graph) -> None:
    for node in graph.nodes:
        if node.domain not in _OWN_DOMAINS:
            raise WireError(
                f"it has the operator {node.operator:.50} of the domain {node.domain:.50}, which is not allowed"
            )
        if node.operator not in ALLOWED:
            raise WireError(f"it has the operator {node.operator!r:.50}, which is not allowed")
