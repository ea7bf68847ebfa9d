from pathlib import Path
from typing import Any

import pytest
from tests.workers.faults import draw_digit

from inkdigits.errors import PictureError, UsageError
from inkdigits.pictures.io.documents import DocumentPage
from inkdigits.recognition.reader import Reader
from inkdigits.workers.in_process import InProcess
from inkdigits.workers.pool import Pool
from inkdigits.workers.tasks import (
    Task,
    make_counting_task,
    make_drawing_task,
    make_reading_task,
    name_picture,
)

pytestmark = pytest.mark.xdist_group("workers")

PAGE = Path(__file__).parents[2] / "docs/images/page.jpg"


@pytest.fixture(params=["in this process", "in workers"])
def runner(request: pytest.FixtureRequest, pool: Pool, reader: Reader) -> InProcess | Pool:
    return pool if request.param == "in workers" else InProcess(reader)


def make_tasks() -> list[Task[Any] | PictureError]:
    return [
        make_reading_task(draw_digit(1)),
        make_reading_task(Path("missing.png")),
        PictureError("given"),
        make_drawing_task(draw_digit(2), ".png"),
        make_counting_task(PAGE, "page"),
        make_reading_task(DocumentPage(PAGE, "page", 0)),
        make_reading_task(draw_digit(3), {"layout": "digit", "expect": "1"}),
    ]


def test_tasks_have_the_same_results_and_errors(runner: InProcess | Pool, reader: Reader) -> None:
    first, missing, given, drawing, n_pages, no_page, last = runner.run_all(make_tasks())
    assert first == reader.read(draw_digit(1))
    assert str(missing) == "missing.png does not exist: expected a picture"
    assert str(given) == "given"
    assert drawing[0] == reader.read(draw_digit(2))
    assert drawing[1].startswith(b"\x89PNG")
    assert n_pages == 0
    assert str(no_page) == "page has no page 1 any more; read it again"
    assert last == reader.read(draw_digit(3), layout="digit", expect="1")


def test_one_task_is_run_or_raises(runner: InProcess | Pool) -> None:
    assert runner.run(make_counting_task(b"no document", "x")) == 0
    with pytest.raises(PictureError, match=r"x is a PDF|needs the package"):
        runner.run(make_counting_task(b"%PDF-1.7 nothing", "x"))


def test_other_errors_are_raised(runner: InProcess | Pool) -> None:
    with pytest.raises(UsageError, match="layout"):
        list(runner.read_all([draw_digit(1)], layout="circle"))


def test_an_open_file_that_cannot_be_read_is_an_error_in_its_place(
    runner: InProcess | Pool, tmp_path: Path
) -> None:
    path = tmp_path / "text"
    path.write_text("text")
    with path.open() as file:
        first, error, last = runner.read_all([draw_digit(1), file, draw_digit(2)])  # type: ignore[list-item]
    assert not isinstance(first, Exception)
    assert str(error) == f"{path} is opened as text: open it for binary reading"
    assert not isinstance(last, Exception)


def test_options_are_those_of_all_pictures(reader: Reader) -> None:
    with InProcess(reader, {"layout": "digit", "digits": (7,)}) as runner:
        (reading,) = runner.read_all([draw_digit(1)])
    assert reading == reader.read(draw_digit(1), layout="digit", digits=(7,))
    assert reading.digits[0].label == 7


def test_pictures_are_named_as_decode_names_them(tmp_path: Path) -> None:
    assert name_picture(DocumentPage(b"", "a.pdf", 2)) == "a.pdf#3"
    assert name_picture(tmp_path) == name_picture(str(tmp_path)) == str(tmp_path)
    assert name_picture(b"") == name_picture(draw_digit(1)) == "the picture"
