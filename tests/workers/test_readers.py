from typing import Any

import pytest
from tests.workers.faults import draw_digit

from inkdigits.errors import UsageError
from inkdigits.recognition.numbers.lexicon import Roster
from inkdigits.recognition.reader import Reader
from inkdigits.workers.pool import Pool
from inkdigits.workers.readers import Readers

pytestmark = pytest.mark.xdist_group("workers")

PICTURE = draw_digit(4)
OFFERED: dict[str, Any] = {"models": {"fast one": "quick"}, "rosters": {"pupils": Roster(["1", "12"])}}


@pytest.fixture(scope="module")
def readers() -> Readers:
    return Readers(options={"layout": "digit"}, **OFFERED)


def test_a_model_is_chosen_by_name(readers: Readers, reader: Reader) -> None:
    assert readers.read(PICTURE) == reader.read(PICTURE, layout="digit")
    chosen = readers.read(PICTURE, model="fast one")
    assert chosen == Reader("quick", n_threads=1).read(PICTURE, layout="digit")
    assert chosen != readers.read(PICTURE)


def test_options_of_a_picture_come_before_those_of_all(readers: Readers, reader: Reader) -> None:
    expected = reader.read(PICTURE, layout="line", expect="1")
    assert readers.read(PICTURE, layout="line", expect="1") == expected
    assert expected != reader.read(PICTURE, layout="digit", expect="1")


def test_a_model_is_loaded_once_and_only_if_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []

    class Recorded(Reader):
        def __init__(self, model: str | None, **options: Any) -> None:
            loaded.append(model)
            super().__init__(model, **options)

    monkeypatch.setattr("inkdigits.recognition.reader.Reader", Recorded)
    readers = Readers(**OFFERED)
    assert loaded == [None]
    readers.read(PICTURE, model="fast one", layout="digit")
    readers.read(PICTURE, model="fast one", layout="digit")
    assert loaded == [None, "quick"]


def test_a_roster_is_chosen_by_name(readers: Readers, reader: Reader) -> None:
    expected = reader.read(PICTURE, layout="digit", roster=OFFERED["rosters"]["pupils"])
    assert expected.numbers[0].match is not None
    assert readers.read(PICTURE, roster_name="pupils") == expected
    assert readers.read(PICTURE).numbers[0].match is None


def test_an_unknown_name_is_refused_and_is_never_a_path(readers: Readers) -> None:
    with pytest.raises(UsageError, match=r"expected the name of a model \(fast one\), but got 'quick'"):
        readers.read(PICTURE, model="quick")
    with pytest.raises(UsageError, match=r"expected the name of a roster \(pupils\), but got '/etc/passwd'"):
        readers.read(PICTURE, roster_name="/etc/passwd")
    with pytest.raises(UsageError, match=r"\(there is none\)"):
        Readers().read(PICTURE, model="quick")


def test_a_pool_offers_models_and_rosters(readers: Readers) -> None:
    with Pool(1, options={"layout": "digit"}, **OFFERED) as pool:
        options = {"model": "fast one", "roster_name": "pupils"}
        assert pool.read(PICTURE, **options).result() == readers.read(PICTURE, **options)
        assert isinstance(pool.read(PICTURE, model="quick").exception(), UsageError)
