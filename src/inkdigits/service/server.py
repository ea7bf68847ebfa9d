"""Listen, serve and stop."""

import uvicorn

from inkdigits.service.application import create_application
from inkdigits.service.resources import Resources
from inkdigits.service.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until the process is told to stop."""
    resources = Resources(settings)
    resources.start()
    resources.lifecycle.become_ready()
    try:
        uvicorn.run(
            create_application(resources),
            host=settings.host,
            port=settings.port,
            lifespan="off",
            loop="uvloop",
        )
    finally:
        resources.close()
