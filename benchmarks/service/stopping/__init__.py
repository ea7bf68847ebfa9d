"""Clients and a service for the proof that no accepted request is lost when the service stops."""
