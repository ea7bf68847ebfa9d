"""The ONNX operators that a model may use: arithmetic on tensors of numbers.

Operators that contain graphs (If, Loop, Scan, SequenceMap), that have a state or random numbers, that process text,
sequences or optional values, and those of other domains than ONNX's own are not on the list.
"""

_ELEMENTWISE = (
    "Abs Ceil Clip Cos DequantizeLinear DynamicQuantizeLinear Elu Erf Exp Floor Gelu HardSigmoid HardSwish IsInf IsNaN "
    "LeakyRelu Log Mish Neg Not QuantizeLinear Reciprocal Relu Round Selu Sigmoid Sign Sin Softplus Softsign Sqrt Tan "
    "Tanh ThresholdedRelu"
)
_BROADCASTING = (
    "Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or PRelu Pow Sub Sum Where "
    "Xor"
)
_REARRANGING = (
    "Cast CastLike Constant DepthToSpace Dropout Flatten Identity Reshape Shape Size Slice SpaceToDepth Split Squeeze "
    "Transpose Unsqueeze"
)
_REDUCING = (
    "ArgMax ArgMin CumSum LogSoftmax ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin "
    "ReduceProd ReduceSum ReduceSumSquare Softmax"
)
_LAYERS = (
    "AveragePool BatchNormalization Conv ConvInteger ConvTranspose Einsum Gemm GlobalAveragePool GlobalMaxPool "
    "GroupNormalization InstanceNormalization LRN LayerNormalization LpNormalization LpPool MatMul MatMulInteger "
    "MaxPool QLinearConv QLinearMatMul"
)
_GROWING = "ConstantOfShape Expand Gather GatherElements GatherND Pad Range Resize Tile"

BROADCASTING = frozenset(_BROADCASTING.split())
"""Operators whose result has at most the product of the numbers of elements of their inputs."""

NOT_GROWING = frozenset(f"{_ELEMENTWISE} {_REARRANGING} {_REDUCING}".split())
"""Operators each of whose results has at most as many elements as their largest input, except ``Constant`` and
``Shape``."""

ALLOWED = BROADCASTING | NOT_GROWING | frozenset(f"Concat {_LAYERS} {_GROWING}".split())
"""All operators that a model may use: those of the shipped and exported models, and others of the same kinds."""
