"""Engines that run a model: ONNX Runtime and OpenVINO behind one protocol."""
