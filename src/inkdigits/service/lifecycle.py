"""The phases of the service: starting, ready, draining."""

from enum import Enum


class Phase(Enum):
    """A phase of the service."""

    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"


class Lifecycle:
    """The phase of the service, and the number of requests in hand.

    Attributes
    ----------
    phase
        The phase. It only moves forward.
    n_requests
        Number of requests that have begun and are not answered yet.
    """

    def __init__(self) -> None:
        self.phase = Phase.STARTING
        self.n_requests = 0

    @property
    def is_ready(self) -> bool:
        """Whether new requests should be sent to this process."""
        return self.phase is Phase.READY

    @property
    def is_draining(self) -> bool:
        """Whether the process has got a signal to stop."""
        return self.phase is Phase.DRAINING

    def become_ready(self) -> None:
        """End the start, unless the process has got a signal to stop meanwhile."""
        if self.phase is Phase.STARTING:
            self.phase = Phase.READY

    def drain(self) -> None:
        """Begin to stop: readiness turns false, and connections are closed after their next answer."""
        self.phase = Phase.DRAINING
