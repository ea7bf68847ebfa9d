"""Build the image of the service with buildah, and run what it holds without a container engine."""
