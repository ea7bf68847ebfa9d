"""What recipes, training images and networks contribute, on held-out images."""
