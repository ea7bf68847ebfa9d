"""An upper bound on the size of what ONNX Runtime computes when it loads a model.

Nodes whose inputs are all constant are computed at that time, and their results are stored (constant folding). A chain
of such nodes can ask for any amount of memory, whatever the size of the file.
"""

import math

from inkdigits.files.limits import MAX_CONSTANT_ELEMENTS, MAX_TENSOR_RANK
from inkdigits.recognition.model_files.graph import Graph, Node
from inkdigits.recognition.model_files.operators import BROADCASTING, NOT_GROWING
from inkdigits.recognition.model_files.wire import WireError


def check_constants(graph: Graph) -> None:
    """Check the order of the nodes, and that their constant results are small.

    Shapes count as constants: they are, if the shape of the input is declared.

    Parameters
    ----------
    graph
        The graph, with allowed operators only.

    Raises
    ------
    WireError
        If a name is defined twice or used before it is defined, or if constant results have more than
        `MAX_CONSTANT_ELEMENTS` elements or sizes that cannot be bounded.
    """
    known = {value.name for value in graph.inputs}
    sizes: dict[str, int] = {}
    for tensor in graph.initialisers:
        _define(tensor.name, known)
        sizes[tensor.name] = tensor.n_elements
    total = 0
    for node in graph.nodes:
        inputs = [name for name in node.inputs if name]
        for name in inputs:
            if name not in known:
                raise WireError(f"its node {node.operator} uses {name!r:.50} before it is computed")
        is_constant = node.operator in ("Shape", "Size") or all(name in sizes for name in inputs)
        size = _bound_size(node, [sizes[name] for name in inputs if name in sizes]) if is_constant else 0
        for name in filter(None, node.outputs):
            _define(name, known)
            if is_constant:
                sizes[name] = size
                total += size
        if total > MAX_CONSTANT_ELEMENTS:
            raise WireError(
                f"its constants may grow to more than {MAX_CONSTANT_ELEMENTS:,} elements, at the node {node.operator}"
            )
    for value in graph.outputs:
        if value.name not in known:
            raise WireError(f"its output {value.name!r:.50} is not computed")


def _define(name: str, known: set[str]) -> None:
    if name in known:
        raise WireError(f"it defines {name!r:.50} twice")
    known.add(name)


def _bound_size(node: Node, sizes: list[int]) -> int:
    """Return an upper bound of the number of elements of each result of a node with constant inputs."""
    match node.operator:
        case "Constant":
            return node.n_constants
        case "Shape":
            return MAX_TENSOR_RANK
        case "Size":
            return 1
        case "Concat":
            return sum(sizes)
        case "Gather":
            return math.prod(sizes)
        case operator if operator in BROADCASTING:
            return math.prod(max(1, size) for size in sizes)
        case operator if operator in NOT_GROWING and sizes:
            return max(sizes)
    return MAX_CONSTANT_ELEMENTS + 1
