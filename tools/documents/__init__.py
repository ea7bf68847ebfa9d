"""The generated parts of the documents, each as text."""
