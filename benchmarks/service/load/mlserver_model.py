"""A classifier of digit images for MLServer: ONNX Runtime, as inkdigits runs it. It runs in MLServer's environment."""

import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Classifier(MLModel):  # type: ignore[misc] # MLServer is not installed where types are checked
    """The model whose file is the parameter ``uri``."""

    async def load(self) -> bool:
        """Load the file, for one thread."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        uri = self.settings.parameters.uri
        self._session = onnxruntime.InferenceSession(uri, options, providers=["CPUExecutionProvider"])
        self._outputs = [output.name for output in self._session.get_outputs()]
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Return the outputs for the images of a request."""
        images = NumpyCodec.decode_input(payload.inputs[0])
        found = self._session.run(self._outputs, {"images": images})
        outputs = [
            NumpyCodec.encode_output(name, values) for name, values in zip(self._outputs, found, strict=True)
        ]
        return InferenceResponse(model_name=self.name, outputs=outputs)
