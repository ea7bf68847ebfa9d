"""The shipped models: accuracy beyond MNIST, robustness, and agreement of the engines."""
