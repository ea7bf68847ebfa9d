"""The readers of a worker: that of its pool, and one for each further model of the pool."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from inkdigits.errors import UsageError

if TYPE_CHECKING:
    from inkdigits.pictures.io.decode import PictureSource
    from inkdigits.recognition.numbers.lexicon import Roster
    from inkdigits.recognition.reader import Reader
    from inkdigits.recognition.reading import Reading


class Readers:
    """Reads pictures with the model and the roster that are chosen by name. Each model computes with one thread.

    Parameters
    ----------
    model, engine, detector
        See `Reader`: the reader that is used if no model is chosen.
    options
        Options of `Reader.read` for all pictures.
    models
        Names or paths of further models, by the name with which they are chosen. Each is loaded when it is first used,
        so that they do not delay the start.
    rosters
        Rosters, by the name with which they are chosen.

    Raises
    ------
    InkdigitsError
        If the models of the first reader cannot be loaded; see `Reader`.
    """

    def __init__(
        self,
        model: str | None = None,
        engine: str = "auto",
        detector: str | None = None,
        options: Mapping[str, Any] | None = None,
        models: Mapping[str, str] | None = None,
        rosters: "Mapping[str, Roster] | None" = None,
    ) -> None:
        self._engine, self._detector = engine, detector
        self._options, self._models, self._rosters = options or {}, models or {}, rosters or {}
        self._loaded: dict[str | None, Reader] = {None: self._load(model)}

    def read(
        self,
        picture: "PictureSource",
        *,
        model: str | None = None,
        roster_name: str | None = None,
        **options: Any,
    ) -> "Reading":
        """Read a picture.

        Parameters
        ----------
        picture
            See `Reader.read`.
        model
            Name of one of the models; by default the first reader is used.
        roster_name
            Name of one of the rosters.
        **options
            Options of `Reader.read`.

        Raises
        ------
        UsageError
            If there is no model or no roster of that name.
        InkdigitsError
            If the picture cannot be read or the model cannot be loaded; see `Reader`.
        """
        if roster_name is not None:
            options["roster"] = _choose("roster", self._rosters, roster_name)
        if model not in self._loaded:
            self._loaded[model] = self._load(_choose("model", self._models, str(model)))
        return self._loaded[model].read(picture, **{**self._options, **options})

    def _load(self, model: str | None) -> "Reader":
        from inkdigits.recognition.reader import Reader

        return Reader(model, n_threads=1, engine=self._engine, detector=self._detector)


def _choose(kind: str, offered: Mapping[str, Any], name: str) -> Any:
    if name not in offered:
        raise UsageError(
            f"expected the name of a {kind} ({', '.join(offered) or 'there is none'}), but got {name!r}"
        )
    return offered[name]
