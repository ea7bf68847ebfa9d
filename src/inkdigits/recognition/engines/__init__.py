"""Inference engines: ONNX Runtime and OpenVINO behind one protocol."""
