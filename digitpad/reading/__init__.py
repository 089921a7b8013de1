"""Reading: from a checkpoint to an ONNX graph, from a network input to probabilities; without torch and Qt."""
