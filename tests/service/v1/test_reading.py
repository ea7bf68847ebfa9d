import concurrent.futures
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from PIL import Image
from tests.service.v1.conftest import SAMPLES, Service, run_service
from tests.workers.faults import Fault, wait_for_file, wait_until

from inkdigits.recognition.reader import Reader
from inkdigits.recognition.reading_json import JsonReading
from inkdigits.workers.tasks import make_reading_task

pytestmark = pytest.mark.xdist_group("service-v1")


@contextmanager
def replace_picture(service: Service, fault: Fault) -> Iterator[None]:
    """Let the worker get a fault in place of the next picture."""
    pool = service.resources.get_pool()
    submit = pool.submit

    def submit_fault(task):
        pool.submit = submit
        return submit(make_reading_task(fault))

    pool.submit = submit_fault
    try:
        yield
    finally:
        pool.submit = submit


def test_readings_are_those_of_the_command(service: Service) -> None:
    files = sorted(SAMPLES.glob("*.[pj][np]g"))
    assert len(files) == 6
    command = [sys.executable, "-m", "inkdigits", "read", "--jobs", "1", "--format", "json", *map(str, files)]
    expected = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=120).stdout)
    for file, record in zip(files, expected, strict=True):
        assert record.pop("picture") == str(file)
        in_body = service.read(file.read_bytes(), media_type="application/octet-stream")
        in_form = service.client.post("/v1/read", files={"picture": (file.name, file.read_bytes())})
        assert in_body.status_code == in_form.status_code == 200
        assert in_body.json() == in_form.json() == record
        assert in_body.headers["content-type"] == "application/json"


def test_options_are_those_of_the_reader(service: Service, seven: bytes) -> None:
    query = "?layout=digit&digits=1-8&expect=7&ink=handwritten&roster=pupils&model=quick&images=true"
    answer = service.read(seven, query).json()
    reading = Reader("quick", n_threads=1).read(
        seven, "digit", None, ["7", "12", "345"], range(1, 9), "7", "handwritten"
    )
    assert answer == reading.to_json(images=True)
    assert answer["numbers"][0]["match"]["text"] == "7"
    assert answer["numbers"][0]["expected"]["is_there"] is True
    assert answer["digits"][0]["image"].startswith("iVBOR")
    msgspec.json.decode(json.dumps(answer), type=JsonReading)
    other = service.read(seven, "?length=1").json()
    assert other == Reader(n_threads=1).read(seven, length=1).to_json()


@pytest.mark.parametrize(("form", "n_pages"), [("TIFF", 1), ("TIFF", 3), ("PDF", 1), ("PDF", 3), ("PNG", 1)])
def test_a_page_of_a_document_is_chosen(form: str, n_pages: int, service: Service) -> None:
    pages = [Image.open(SAMPLES / name).convert("L") for name in ("seven.png", "five.png", "seven.png")]
    file = io.BytesIO()
    pages[0].save(file, form, **({} if n_pages == 1 else {"save_all": True, "append_images": pages[1:]}))
    content, media_type = file.getvalue(), "application/pdf" if form == "PDF" else "image/*"
    texts = []
    for page in range(1, n_pages + 1):
        answer = service.read(content, f"?layout=digit&page={page}", media_type)
        assert answer.headers["page-count"] == str(n_pages)
        texts.append(answer.json()["text"])
    assert texts == ["7", "5", "7"][:n_pages]
    without = service.read(content, "?layout=digit", media_type)
    if n_pages == 1:
        assert without.json()["text"] == "7"
    else:
        assert without.status_code == 422
        assert without.json()["error"] == "the picture has 3 pages: choose one, from page=1 to page=3"
    beyond = service.read(content, f"?page={n_pages + 1}", media_type)
    assert beyond.status_code == 422
    assert f"page={n_pages + 1} was chosen" in beyond.json()["error"]


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7 nothing", b"II*\0"])
def test_a_damaged_picture_is_refused_in_one_line(content: bytes, service: Service) -> None:
    answer = service.read(content)
    assert answer.status_code == 422
    assert list(answer.json()) == ["error"]
    assert answer.json()["error"].startswith("the picture ")
    assert "\n" not in answer.json()["error"]


def test_what_a_package_is_missing_for_is_another_type(
    service: Service, seven: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inkdigits.errors import MissingExtraError

    def fail(task):
        future = concurrent.futures.Future()
        future.set_exception(MissingExtraError("reading HEIC", "heic", "pillow-heif"))
        return future

    monkeypatch.setattr(service.resources.get_pool(), "submit", fail)
    answer = service.read(seven)
    assert answer.status_code == 415
    assert "inkdigits[heic]" in answer.json()["error"]


def test_a_worker_that_is_killed_in_the_middle_of_a_picture(
    service: Service, seven: bytes, tmp_path: Path
) -> None:
    with (
        replace_picture(service, wait_for_file(tmp_path / "never")),
        concurrent.futures.ThreadPoolExecutor(1) as executor,
    ):
        pending = executor.submit(service.read, seven)
        wait_until((tmp_path / "never.begun").exists)
        ((process, name),) = service.resources.get_pool().tasks_by_process.items()
        assert name == "the picture"
        os.kill(process, signal.SIGKILL)
        answer = pending.result()
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(
        "the picture cannot be read: the process that read it was killed"
    )
    following = service.read(seven)
    assert (following.status_code, following.json()["text"]) == (200, "7")


def test_a_picture_that_takes_too_long_or_too_much_memory_is_refused(seven: bytes) -> None:
    with run_service(picture_seconds=4.0) as service:  # a small picture takes 20 ms
        for fault, reason in (
            (Fault(time.sleep, 1000), "took more than 4 s"),
            (Fault(bytearray, 10**11), "needs more than the"),
        ):
            with replace_picture(service, fault):
                refused = service.read(seven)
            assert refused.status_code == 422
            assert refused.json()["error"].startswith(f"the picture cannot be read: it {reason}")
        assert service.read(seven, "?layout=digit").status_code == 200


@contextmanager
def occupy_worker(service: Service, folder: Path) -> Iterator[None]:
    """Let the worker of a service wait."""
    pool = service.resources.get_pool()
    future = pool.submit(make_reading_task(wait_for_file(folder / "end")))
    wait_until((folder / "end.begun").exists)
    try:
        yield
        assert not future.done()
    finally:
        (folder / "end").touch()
        future.exception()


def test_a_full_queue_refuses_at_once_and_what_was_taken_is_answered(seven: bytes, tmp_path: Path) -> None:
    with run_service(max_waiting_pictures=2) as service, concurrent.futures.ThreadPoolExecutor(2) as executor:
        with occupy_worker(service, tmp_path):
            taken = [
                executor.submit(httpx.post, f"{service.url}/v1/read", content=seven, timeout=100)
                for _ in range(2)
            ]
            wait_until(lambda: service.resources.get_pool().n_waiting == 2)
            answer = service.read(seven)
            assert answer.status_code == 429
            assert answer.headers["retry-after"] == "1"
            assert answer.json() == {"error": "2 pictures wait for a worker; try again later"}
            with socket.create_connection(("127.0.0.1", service.port), 60) as connection:
                connection.sendall(
                    b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n"
                )
                # It does not wait for the body.
                assert connection.recv(65536).startswith(b"HTTP/1.1 429 ")
            assert not any(each.done() for each in taken)
        assert [each.result().json()["text"] for each in taken] == ["7", "7"]
        assert service.count_refusals("queue_full") == 2


def test_a_client_that_goes_away_frees_its_place(service: Service, seven: bytes, tmp_path: Path) -> None:
    pool = service.resources.get_pool()
    head = (
        f"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
        f"Content-Length: {len(seven)}\r\n\r\n"
    ).encode()
    before = service.count_refusals("client_gone")
    with occupy_worker(service, tmp_path):
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            connection.sendall(head + seven)
            wait_until(lambda: pool.n_waiting == 1)
        wait_until(lambda: pool.n_waiting == 0)  # though the worker sleeps
        wait_until(lambda: service.count_refusals("client_gone") == before + 1)
    assert service.read(seven).status_code == 200


def test_the_deadline_of_a_request_that_waits_and_of_one_that_is_read(
    service: Service, seven: bytes, tmp_path: Path
) -> None:
    hurried = {"X-Deadline-Seconds": "0.2", "Content-Type": "image/png"}

    def send() -> httpx.Response:
        return httpx.post(f"{service.url}/v1/read", content=seven, headers=hurried, timeout=60)

    with (
        replace_picture(service, wait_for_file(tmp_path / "end")),
        concurrent.futures.ThreadPoolExecutor(1) as executor,
    ):
        read = executor.submit(send)
        wait_until((tmp_path / "end.begun").exists)
        waits = send()
        assert (waits.status_code, waits.headers["retry-after"]) == (429, "1")
        assert waits.json() == {"error": "no worker was free within 0.2 s; try again later"}
        assert read.result().status_code == 504
        assert "not read within 0.2 s" in read.result().json()["error"]
        (tmp_path / "end").touch()
    assert service.read(seven).status_code == 200


def test_a_closed_pool_is_not_the_fault_of_a_picture(seven: bytes) -> None:
    with run_service() as service:
        service.resources.get_pool().close()
        answer = service.read(seven)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"


def test_nothing_is_read_from_or_written_to_a_path_of_a_request(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seven: bytes
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was written")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile.rollover", fail)
    large = seven + bytes(3 * 2**20)  # PNG ends before; more than a spooled file keeps by default
    path = tmp_path / "seven.png"
    path.write_bytes(seven)
    answer = service.client.post("/v1/read", files={"picture": (str(path), large)})
    assert answer.json()["text"] == "7"
    for query in (f"?roster={path}", f"?model={path}", f"?picture={path}", "?roster=../pupils"):
        assert service.read(seven, query).status_code == 422
    assert service.read(str(path).encode()).status_code == 422
