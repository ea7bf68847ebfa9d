"""Single digits: candidates, segmentation, and the normal form of MNIST."""
