"""Training of the digit detector: loss, batches of synthetic scenes, and the training loop."""
