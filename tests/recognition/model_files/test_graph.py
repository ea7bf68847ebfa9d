"""The parts of an ONNX file, compared with those that the package onnx reads."""

import time
from pathlib import Path
from types import ModuleType

import onnx
import pytest
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from inkdigits.recognition.detection.detector import SHIPPED
from inkdigits.recognition.engines.registry import shipped_models
from inkdigits.recognition.model_files.graph import Graph, read_graph
from inkdigits.recognition.model_files.wire import WireError

FILES = {**shipped_models(), "detector": SHIPPED}
SMALL = FILES["compact"].read_bytes()


def assert_equal(graph: Graph, model: onnx.ModelProto) -> None:
    expected = model.graph
    assert [(each.operator, each.domain, each.inputs, each.outputs) for each in graph.nodes] == [
        (each.op_type, each.domain, tuple(each.input), tuple(each.output)) for each in expected.node
    ]
    assert [(each.name, each.data_type, each.shape) for each in graph.initialisers] == [
        (each.name, each.data_type, tuple(each.dims)) for each in expected.initializer
    ]
    names = {each.name for each in expected.initializer}
    for values, others in ((graph.inputs, expected.input), (graph.outputs, expected.output)):
        assert [(each.name, each.data_type, each.shape) for each in values] == [
            (each.name, each.type.tensor_type.elem_type, shape_of(each))
            for each in others
            if each.name not in names
        ]
    assert graph.metadata == {each.key: each.value for each in model.metadata_props}


def shape_of(value: onnx.ValueInfoProto) -> tuple[int | None, ...] | None:
    tensor = value.type.tensor_type
    if not tensor.HasField("shape"):
        return None
    return tuple(each.dim_value if each.HasField("dim_value") else None for each in tensor.shape.dim)


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_model_is_read_as_onnx_reads_it(name: str) -> None:
    assert_equal(read_graph(FILES[name].read_bytes()), onnx.load(FILES[name]))


@pytest.mark.parametrize("opset", [13, 15, 17, 21])
def test_a_model_that_onnx_builds_is_read_as_onnx_reads_it(
    graphs: ModuleType, opset: int, tmp_path: Path
) -> None:
    model = graphs.build_model(
        [
            graphs.node("Constant", [], ["three"], value_floats=[1.0, 2.0, 3.0]),
            graphs.node("Constant", [], ["grid"], value=graphs.constant("", [[1, 2], [3, 4]])),
            graphs.node("Add", ["grid", "grid"], ["sum"]),
        ],
        [graphs.constant("none", [])],
        opset,
    )
    onnx.helper.set_model_props(model, {"a": "1", "ä": "ß"})
    onnx.save(model, tmp_path / "model.onnx")
    graph = read_graph((tmp_path / "model.onnx").read_bytes())
    assert_equal(graph, model)
    assert {each.outputs[0]: each.n_constants for each in graph.nodes if not each.inputs} == {
        "three": 12,
        "grid": 4,
    }


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Change, insert, delete and repeat bytes; mostly in the graph, whose weights are its last part."""
    content = bytearray(SMALL)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(
            st.integers(0, 4000)
            | st.integers(0, len(content) - 1)
            | st.integers(len(SMALL) - 1500, len(SMALL))
        )
        length = draw(st.integers(0, 20))
        match draw(st.sampled_from(["replace", "insert", "delete", "repeat", "cut"])):
            case "replace":
                content[place : place + length] = draw(st.binary(min_size=length, max_size=length))
            case "insert":
                content[place:place] = draw(st.binary(max_size=20))
            case "delete":
                del content[place : place + length]
            case "repeat":
                content[place:place] = content[place : place + length]
            case "cut":
                del content[max(100, place) :]
    return bytes(content)


def read_or_refuse(content: bytes) -> tuple[Graph | None, str]:
    try:
        return read_graph(content), ""
    except WireError as error:
        return None, str(error)


@settings(max_examples=400)
@given(mutated())
def test_a_mutated_file_is_refused_or_read_as_onnx_reads_it(content: bytes) -> None:
    start = time.thread_time()
    graph, reason = read_or_refuse(content)
    assert time.thread_time() - start < 5  # it takes milliseconds
    assert "\n" not in reason
    if graph is None:
        return
    try:
        model = onnx.load_from_string(content)
    except DecodeError:  # a text in a skipped field that is not UTF-8
        return
    assert_equal(graph, model)


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_random_bytes_raise_no_other_exception(content: bytes) -> None:
    try:
        graph = read_graph(content)
    except WireError:
        return
    assert_equal(graph, onnx.load_from_string(content))
