import asyncio
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from tests.workers.faults import Fault, draw_digit, wait_for_file, wait_until

from inkdigits.errors import DataError, ModelError, PictureError, PoolFullError, UsageError, WorkerError
from inkdigits.recognition.numbers.lexicon import Roster
from inkdigits.recognition.reader import Reader
from inkdigits.workers import ordered
from inkdigits.workers.limits import Limits
from inkdigits.workers.pool import Pool

pytestmark = pytest.mark.xdist_group("workers")

SAMPLES = sorted(Path(__file__).parents[2].glob("samples/*.[pj][np]g"))


def test_readings_are_those_of_the_reader_to_the_last_byte(pool: Pool, reader: Reader) -> None:
    page = Image.open(Path(__file__).parents[2] / "docs/images/page.jpg").resize((400, 520))
    pictures = [*SAMPLES, page, draw_digit(3), SAMPLES[0].read_bytes(), bytearray(SAMPLES[1].read_bytes())]
    assert len(SAMPLES) == 6
    for picture, reading in zip(pictures, pool.read_all(pictures), strict=True):
        expected = reader.read(picture)
        assert reading == expected
        assert repr(reading) == repr(expected)  # the types of the numbers too
        for digit, other in zip(reading.digits, expected.digits, strict=True):
            assert (digit.image is None) == (other.image is None)
            if digit.image is not None:
                np.testing.assert_array_equal(digit.image, other.image, strict=True)
                assert digit.image.flags.writeable


def test_options_of_the_pool_and_of_a_picture(pool: Pool, reader: Reader) -> None:
    picture = SAMPLES[0]
    options: dict[str, Any] = {"layout": "digit", "digits": (1, 2), "expect": "2"}
    assert pool.read(picture, **options).result() == reader.read(picture, **options)
    roster = Roster.from_entries(["5", "7"]) if hasattr(Roster, "from_entries") else ["5", "7"]
    with Pool(1, options={"roster": roster, "layout": "digit"}) as other:
        assert other.read(picture).result() == reader.read(picture, layout="digit", roster=roster)
        assert other.read(picture, layout="line").result().numbers[0].match is not None


def test_pictures_of_every_kind_have_the_name_of_decode_in_messages(pool: Pool, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"no picture")
    with path.open("rb") as file:
        for picture, name in (
            (path, str(path)),
            (str(path), str(path)),
            (file, str(path)),
            (b"no picture", "the picture"),
            (memoryview(b"no picture"), "the picture"),
            (io.BytesIO(b"no picture"), "the picture"),
        ):
            error = pool.read(picture).exception()
            assert isinstance(error, PictureError)
            assert str(error).startswith(f"{name} has an unknown format")


def test_paths_begin_at_the_folder_in_which_the_pool_was_made(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = os.path.relpath(SAMPLES[0])
    expected = pool.read(path).result()
    monkeypatch.chdir(tmp_path)
    assert pool.read(path).result() == expected


def test_pictures_are_taken_as_they_are_needed(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordered, "MAX_RESULTS", 5)
    taken = 0

    def take() -> Iterator[np.ndarray]:
        nonlocal taken
        while True:
            taken += 1
            yield draw_digit(taken % 10)

    readings = pool.read_all(take())
    for _ in range(20):
        next(readings)
    readings.close()  # type: ignore[attr-defined]
    # Two for each worker are not read yet; one is taken when fewer than five readings wait for an earlier one.
    assert 20 <= taken < 20 + 2 * pool.n_workers + 5


def test_readings_can_be_awaited(pool: Pool, reader: Reader) -> None:
    async def read() -> list[Any]:
        futures = [asyncio.wrap_future(pool.read(picture)) for picture in (draw_digit(1), b"", draw_digit(2))]
        return await asyncio.gather(*futures, return_exceptions=True)

    first, error, last = asyncio.run(read())
    assert first == reader.read(draw_digit(1))
    assert isinstance(error, PictureError)
    assert last == reader.read(draw_digit(2))


def test_cancelled_pictures_are_not_read(pool: Pool, tmp_path: Path) -> None:
    blockers = [pool.read(wait_for_file(tmp_path / "end")) for _ in range(2)]
    marked = pool.read(Fault(time.sleep, 1000))
    assert marked.cancel()
    (tmp_path / "end").touch()
    assert all(isinstance(each.exception(), PictureError) for each in blockers)
    pool.read(draw_digit(1)).result(timeout=50)  # less than the limit of the picture that was cancelled


def test_a_full_pool_refuses_pictures_and_goes_on(tmp_path: Path) -> None:
    with Pool(1, max_waiting=2) as pool:
        pool.read(draw_digit(1)).result()
        pool.check_room()
        futures = [pool.read(wait_for_file(tmp_path / "end"))]
        wait_until(futures[0].running)
        futures += [pool.read(draw_digit(each)) for each in (2, 3)]
        with pytest.raises(PoolFullError, match="2 pictures wait"):
            pool.read(draw_digit(4))
        with pytest.raises(PoolFullError, match="2 pictures wait"):
            pool.check_room()
        (tmp_path / "end").touch()
        assert [each.exception() is None for each in futures] == [False, True, True]
        assert len(list(pool.read_all(map(draw_digit, range(6))))) == 6  # bounded by itself


def test_wrong_options_and_models_are_errors_of_their_own_kind(pool: Pool, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected layout"):
        list(pool.read_all([draw_digit(1)], layout="circle"))
    with pytest.raises(DataError, match=r"missing\.txt"):
        pool.read(draw_digit(1), roster=tmp_path / "missing.txt").result()
    model = tmp_path / "model.onnx"
    model.write_bytes(b"no model")
    with Pool(2, model=model) as other:
        with pytest.raises(ModelError, match=r"model\.onnx"):
            list(other.read_all([draw_digit(1)] * 3))
        with pytest.raises(ModelError, match=r"model\.onnx"):
            other.read(draw_digit(1))
    with Pool(1, model="unknown") as other, pytest.raises(UsageError, match="unknown"):
        other.read(draw_digit(1)).result()


def test_what_cannot_be_sent_is_a_usage_error(pool: Pool) -> None:
    for picture in (lambda: 0, time):
        with pytest.raises(UsageError, match="the picture cannot be sent to another process"):
            pool.read(picture)
    with pytest.raises(UsageError, match="the options cannot be sent"):
        Pool(1, options={"roster": lambda: 0})


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"n_workers": 0}, "at least 1 worker"),
        ({"limits": Limits(seconds=1)}, None),
    ],
)
def test_arguments_are_checked(arguments: dict[str, Any], match: str | None) -> None:
    if match is None:
        Pool(**{"n_workers": 1, **arguments}).close()
    else:
        with pytest.raises(UsageError, match=match):
            Pool(**arguments)


def test_workers_find_their_modules_while_opencv_is_imported(
    monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    monkeypatch.syspath_prepend(Path(cv2.__file__).parent)  # as OpenCV does; its `typing` hides Python's
    with Pool(1) as pool:
        assert pool.read(draw_digit(1)).result() == reader.read(draw_digit(1))


def test_a_closed_pool_fails_at_once() -> None:
    pool = Pool(1)
    waiting = [pool.read(draw_digit(1)) for _ in range(3)]
    pool.close()
    for future in waiting:
        assert isinstance(future.exception(timeout=0), WorkerError | None)
    with pytest.raises(WorkerError, match="closed"):
        pool.read(draw_digit(1))
    pool.close()


def test_a_pool_that_is_deleted_ends_its_workers() -> None:
    pool = Pool(1)
    pool.read(draw_digit(1)).result()
    (pid,) = pool.tasks_by_process
    del pool
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_pool_belongs_to_the_process_that_made_it(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(WorkerError, match="belongs to the process"):
        pool.read(draw_digit(1))
    pool.close()
    monkeypatch.undo()
    pool.read(draw_digit(1)).result()


def test_waiting_pictures_are_counted() -> None:
    with Pool(1, limits=Limits(seconds=60)) as pool:
        pool.wait_until_ready()
        running = pool.read(Fault(time.sleep, 1000))
        wait_until(running.running)
        assert pool.n_waiting == 0
        waiting = [pool.read(draw_digit(1)) for _ in range(3)]
        assert pool.n_waiting == 3
        waiting[0].cancel()
        assert pool.n_waiting == 2


def test_a_closed_pool_is_never_ready() -> None:
    pool = Pool(1)
    pool.close()
    with pytest.raises(WorkerError, match="closed"):
        pool.wait_until_ready()
