"""Property tests that find the same on every machine."""

from hypothesis import settings

# A busy machine makes single examples slow, and a test that fails only now and then teaches to ignore it.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")
