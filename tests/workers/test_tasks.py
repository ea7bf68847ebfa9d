import io

import pytest
from PIL import Image
from tests.workers.faults import draw_digit

from inkdigits.errors import PictureError, UsageError
from inkdigits.recognition.reader import Reader
from inkdigits.workers.in_process import InProcess
from inkdigits.workers.pool import Pool
from inkdigits.workers.tasks import make_content_task

pytestmark = pytest.mark.xdist_group("workers")


def save(form: str, *labels: int) -> bytes:
    pages = [Image.fromarray(draw_digit(label)) for label in labels]
    file = io.BytesIO()
    pages[0].save(file, form, save_all=True, append_images=pages[1:])
    return file.getvalue()


@pytest.fixture(params=["in this process", "in workers"])
def runner(request: pytest.FixtureRequest, pool: Pool, reader: Reader) -> InProcess | Pool:
    return pool if request.param == "in workers" else InProcess(reader)


def test_a_picture_is_its_only_page(runner: InProcess | Pool, reader: Reader) -> None:
    for content in (save("PNG", 3), save("TIFF", 3)):
        reading = reader.read(content, layout="digit")
        for page, images in ((None, True), (1, False)):
            task = make_content_task(content, page, {"layout": "digit"}, images)
            assert runner.run(task) == (reading.to_record(images), 1)
        with pytest.raises(UsageError, match="the picture has 1 page, but page=2 was chosen"):
            runner.run(make_content_task(content, 2))


@pytest.mark.parametrize("form", ["TIFF", "PDF"])
def test_a_page_of_a_document_is_chosen(form: str, runner: InProcess | Pool) -> None:
    content = save(form, 1, 8)
    readings = [runner.run(make_content_task(content, page, {"layout": "digit"})) for page in (1, 2)]
    assert [n_pages for _, n_pages in readings] == [2, 2]
    heights = [reading.digits[0].box[3] for reading, _ in readings]
    assert heights[1] / heights[0] == pytest.approx(38 / 24, abs=0.1)  # as drawn
    with pytest.raises(UsageError, match="the picture has 2 pages: choose one, from page=1 to page=2"):
        runner.run(make_content_task(content))
    for page in (0, 3, -1):
        with pytest.raises(UsageError, match=f"the picture has 2 pages, but page={page} was chosen"):
            runner.run(make_content_task(content, page))


@pytest.mark.parametrize("content", [b"", b"no picture", b"%PDF-1.7", b"II*\0"])
def test_a_damaged_file_is_refused(content: bytes, runner: InProcess | Pool) -> None:
    with pytest.raises(PictureError, match=r"^the picture "):
        runner.run(make_content_task(content))
