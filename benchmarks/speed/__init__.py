"""Speed of training, of inference and of the worker pool."""
