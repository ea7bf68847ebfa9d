"""The fields of an ONNX file by number, as tables for the reader of the wire format.

Source: ONNX 1.19, ``onnx/onnx.proto``. Fields that refer to other files, or that contain graphs within graphs,
functions and types other than tensors, are refused. Names, documentation and metadata of single parts are skipped.
"""

from inkdigits.recognition.model_files.wire import Field, Fields

_PROPERTY: Fields = {1: Field("key", "text"), 2: Field("value", "text")}

_TENSOR: Fields = {
    1: Field("dims", "int", is_repeated=True),
    2: Field("data_type", "int"),
    3: Field("a tensor in segments", "refused"),
    4: Field("data", "any", is_repeated=True),  # float_data
    5: Field("data", "any", is_repeated=True),  # int32_data
    6: Field("a tensor of text", "refused"),
    7: Field("data", "any", is_repeated=True),  # int64_data
    8: Field("name", "text"),
    9: Field("raw_data", "bytes"),
    10: Field("data", "any", is_repeated=True),  # double_data
    11: Field("data", "any", is_repeated=True),  # uint64_data
    12: Field("doc_string", "skipped"),
    13: Field("external data", "refused"),
    14: Field("data_location", "int"),
    16: Field("metadata_props", "skipped"),
}

_ATTRIBUTE: Fields = {
    1: Field("name", "text"),
    2: Field("f", "skipped"),
    3: Field("integer", "int"),  # i
    4: Field("s", "skipped"),
    5: Field("tensor", "message", fields=_TENSOR),
    6: Field("a graph within the graph", "refused"),
    7: Field("numbers", "any", is_repeated=True),  # floats
    8: Field("integers", "int", is_repeated=True),  # ints
    9: Field("strings", "skipped"),
    10: Field("an attribute of several tensors", "refused"),
    11: Field("a graph within the graph", "refused"),
    13: Field("doc_string", "skipped"),
    14: Field("an attribute that is a type", "refused"),
    15: Field("an attribute that is a type", "refused"),
    20: Field("type", "skipped"),
    21: Field("a reference to an attribute of a function", "refused"),
    22: Field("a sparse tensor", "refused"),
    23: Field("a sparse tensor", "refused"),
}

_NODE: Fields = {
    1: Field("input", "text", is_repeated=True),
    2: Field("output", "text", is_repeated=True),
    3: Field("name", "skipped"),
    4: Field("op_type", "text"),
    5: Field("attribute", "message", is_repeated=True, fields=_ATTRIBUTE),
    6: Field("doc_string", "skipped"),
    7: Field("domain", "text"),
    8: Field("a function", "refused"),  # overload: which of several functions of one name
    9: Field("metadata_props", "skipped"),
    10: Field("instructions for several devices", "refused"),
}

_DIMENSION: Fields = {
    1: Field("value", "int"),
    2: Field("parameter", "skipped"),
    3: Field("denotation", "skipped"),
}
_SHAPE: Fields = {1: Field("dim", "message", is_repeated=True, fields=_DIMENSION)}
_TENSOR_TYPE: Fields = {1: Field("elem_type", "int"), 2: Field("shape", "message", fields=_SHAPE)}
_TYPE: Fields = {
    1: Field("tensor", "message", fields=_TENSOR_TYPE),
    4: Field("a sequence", "refused"),
    5: Field("a map", "refused"),
    6: Field("denotation", "skipped"),
    7: Field("an opaque type", "refused"),
    8: Field("a sparse tensor", "refused"),
    9: Field("an optional value", "refused"),
}
_VALUE: Fields = {
    1: Field("name", "text"),
    2: Field("type", "message", fields=_TYPE),
    3: Field("doc_string", "skipped"),
    4: Field("metadata_props", "skipped"),
}

_GRAPH: Fields = {
    1: Field("node", "message", is_repeated=True, fields=_NODE),
    2: Field("name", "skipped"),
    5: Field("initializer", "message", is_repeated=True, fields=_TENSOR),
    10: Field("doc_string", "skipped"),
    11: Field("input", "message", is_repeated=True, fields=_VALUE),
    12: Field("output", "message", is_repeated=True, fields=_VALUE),
    13: Field("value_info", "message", is_repeated=True, fields=_VALUE),
    14: Field("quantization_annotation", "skipped"),
    15: Field("a sparse tensor", "refused"),
    16: Field("metadata_props", "skipped"),
}

_OPSET: Fields = {1: Field("domain", "text"), 2: Field("version", "int")}

MODEL: Fields = {
    1: Field("ir_version", "int"),
    2: Field("producer_name", "skipped"),
    3: Field("producer_version", "skipped"),
    4: Field("domain", "skipped"),
    5: Field("model_version", "skipped"),
    6: Field("doc_string", "skipped"),
    7: Field("graph", "message", fields=_GRAPH),
    8: Field("opset_import", "message", is_repeated=True, fields=_OPSET),
    14: Field("metadata_props", "message", is_repeated=True, fields=_PROPERTY),
    20: Field("instructions for training", "refused"),
    25: Field("a function", "refused"),
    26: Field("instructions for several devices", "refused"),
}
"""The whole file, a ``ModelProto``."""
