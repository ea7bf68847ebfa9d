"""The models that requests of the protocol can name."""

from inkdigits.service.refusals import Refusal
from inkdigits.service.resources import Resources, ServedModel
from inkdigits.service.v2.messages import VERSION


def find_model(resources: Resources, name: str, version: str | None) -> ServedModel:
    """Return a model by its name and version.

    Parameters
    ----------
    resources
        What routes use.
    name, version
        From the address; the version is optional.

    Returns
    -------
    ServedModel

    Raises
    ------
    Refusal
        404 if there is none.
    """
    model = resources.models.get(name)
    if model is None:
        raise Refusal(
            404, f"expected the model {', '.join(resources.models)}, but got {name[:40]!r}", "unknown_model"
        )
    if version is not None and version != VERSION:
        raise Refusal(
            404, f"expected version {VERSION} of the model {name}, but got {version[:40]!r}", "unknown_model"
        )
    return model
