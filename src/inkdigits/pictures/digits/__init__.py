"""Pictures of one digit: segmentation, candidates, and MNIST's normal form."""
