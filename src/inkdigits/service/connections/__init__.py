"""Sockets and connections: what happens before there is a request, and between requests."""
