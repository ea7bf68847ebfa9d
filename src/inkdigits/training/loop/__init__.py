"""The training loop: batches, schedules, precision, checkpoints."""
