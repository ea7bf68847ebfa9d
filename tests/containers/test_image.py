"""The image, built and run: what it holds, that it reads a digit, and that it stops.

It is built with buildah on a base that mmdebstrap makes of Debian's packages: nothing is pulled from a registry of
images. `make container-tools` installs both.
"""

import io
import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.service.containers.base import make_base
from benchmarks.service.containers.client import TOKEN, find_free_port, read_numbers
from benchmarks.service.containers.isolation import Running, running
from benchmarks.service.containers.secrets import write_secrets
from benchmarks.service.containers.sizes import MAX_IMAGE_BYTES, measure_size
from benchmarks.service.containers.store import ImageConfig, Store

ROOT = Path(__file__).parents[2]
SEVEN = (ROOT / "samples" / "seven.png").read_bytes()
MAX_PROCESSES = 128
MARK = "a-password-of-the-package-index"
TOOLS = ("buildah", "mmdebstrap", "unshare", "nsenter")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("image")]


@pytest.fixture(scope="module")
def store() -> Store:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing or os.geteuid() != 0:
        reason = f"needs root and {', '.join(missing or TOOLS)}: make container-tools"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    store = Store()
    store.limit_size()
    return store


@pytest.fixture(scope="module")
def image(store: Store, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image of the files that git tracks, as they are now."""
    folder = tmp_path_factory.mktemp("context")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in listed.split("\0"):
        if name.startswith(("src/", "requirements/")) or (name and "/" not in name):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    secrets = write_secrets(folder)
    settings = secrets.setdefault("pip", folder / "pip.conf")
    settings.write_text((settings.read_text() if settings.exists() else "[global]\n") + f"# {MARK}\n")
    store.build(folder, "inkdigits", make_base(store), secrets)
    return "inkdigits"


@pytest.fixture(scope="module")
def root(store: Store, image: str) -> Iterator[Path]:
    with store.mounted(image) as root:
        yield root


@pytest.fixture(scope="module")
def config(store: Store, image: str) -> ImageConfig:
    return store.read_config(image)


@pytest.fixture(scope="module")
def service(root: Path, config: ImageConfig, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The running service, with a token."""
    port = find_free_port()
    environment = {"INKDIGITS_PORT": str(port), "INKDIGITS_TOKEN": TOKEN, "INKDIGITS_ALLOWED_HOST": ""}
    log = tmp_path_factory.mktemp("service") / "log"
    with running(root, config, environment, port, log, MAX_PROCESSES) as service:
        service.wait_until_ready()
        yield service


def test_it_is_small(root: Path) -> None:
    assert measure_size(root) < MAX_IMAGE_BYTES


def test_it_has_neither_tensorflow_nor_tools_of_the_build(root: Path) -> None:
    (packages,) = root.glob("opt/inkdigits/lib/python3.*/site-packages")
    names = {path.name.partition("-")[0].lower() for path in packages.iterdir()}
    assert {"inkdigits", "numpy", "onnxruntime", "fastapi", "pypdfium2", "pillow_heif"} <= names
    assert (
        not {"tensorflow", "tensorflow_cpu", "keras", "onnx", "pip", "uv", "hatchling", "setuptools"} & names
    )
    programs = {
        path.name
        for folder in ("usr/bin", "usr/sbin", "opt/inkdigits/bin")
        for path in root.glob(f"{folder}/*")
    }
    assert {"python3", "inkdigits"} <= programs
    assert (
        not {
            "sh",
            "bash",
            "dash",
            "pip",
            "pip3",
            "uv",
            "apt",
            "apt-get",
            "dpkg",
            "gcc",
            "cc",
            "ld",
            "perl",
            "curl",
        }
        & programs
    )
    assert not list(root.rglob("pip-*.whl"))


def test_the_user_can_change_no_file(root: Path, config: ImageConfig) -> None:
    assert config.user.split(":")[0] not in ("", "0", "root")
    temporary = (root / "tmp", root / "var/tmp")  # a file system that is not read-only has them
    for path in root.rglob("*"):
        status = path.lstat()
        assert (status.st_uid, status.st_gid) == (0, 0), path
        assert not status.st_mode & 0o6000, path
        assert path.is_symlink() or not status.st_mode & 0o022 or path in temporary, path


def test_it_holds_inkdigits_with_all_its_files_and_bytecode(root: Path) -> None:
    (package,) = root.glob("opt/inkdigits/lib/python3.*/site-packages/inkdigits")
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "src/inkdigits"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in tracked:
        path = package / name.removeprefix("src/inkdigits/")
        assert not name or path.exists(), name
        if name.endswith(".py"):
            assert list((path.parent / "__pycache__").glob(f"{path.stem}.cpython-*.pyc")), name


def test_scanners_find_the_packages_of_the_system(root: Path) -> None:
    status = (root / "var/lib/dpkg/status").read_text()
    assert "\nPackage: libssl3" in f"\n{status}"
    assert "Package: apt\n" not in status


def test_it_reads_a_digit(service: Running) -> None:
    assert read_numbers(service.url, SEVEN) == ["7"]


@pytest.mark.parametrize("kind", ["PDF", "HEIF"])
def test_it_reads_the_formats_that_need_further_packages(service: Running, kind: str) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    content = io.BytesIO()
    Image.open(io.BytesIO(SEVEN)).convert("RGB").save(content, kind)
    assert read_numbers(service.url, content.getvalue()) == ["7"]


def test_it_refuses_requests_without_the_token(service: Running) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        read_numbers(service.url, SEVEN, "another-token-of-a-stranger")


def test_it_serves_the_page(service: Running) -> None:
    with urllib.request.urlopen(f"{service.url}/", timeout=60) as answer:
        assert "<title>" in answer.read().decode()


def test_its_processes_have_no_rights(service: Running, config: ImageConfig) -> None:
    pids = service.list_processes()
    assert len(pids) >= 2  # the server and its workers
    for pid in pids:
        lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        user, group = config.user.split(":")
        assert lines["Uid"].split() == [user] * 4
        assert lines["Gid"].split() == [group] * 4
        assert int(lines["CapEff"], 16) == int(lines["CapBnd"], 16) == 0
        assert lines["NoNewPrivs"].strip() == "1"
    first = Path(f"/proc/{service.pid}/status").read_text()
    assert first.partition("NSpid:")[2].split("\n")[0].split()[-1] == "1"
    mounts = Path(f"/proc/{service.pid}/mounts").read_text().splitlines()
    writable = [line.split()[1] for line in mounts if line.split()[3].split(",")[0] == "rw"]
    assert set(writable) <= {
        "/proc",
        *(f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom")),
    }


def test_the_health_check_of_the_image_passes(service: Running, config: ImageConfig) -> None:
    for _ in range(3):  # as often as the image says; on a busy machine an answer may take too long
        done = service.call(*config.health_check)
        if done.returncode == 0:
            break
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_stops_at_its_signal(root: Path, config: ImageConfig, tmp_path: Path) -> None:
    """As process 1, which the system does not end at a signal that it does not handle. The check fails meanwhile."""
    port = find_free_port()
    environment = {"INKDIGITS_PORT": str(port), "INKDIGITS_TOKEN": TOKEN, "INKDIGITS_STOP_DELAY": "8"}
    with running(root, config, environment, port, tmp_path / "log", MAX_PROCESSES) as service:
        service.wait_until_ready()
        assert read_numbers(service.url, SEVEN) == ["7"]
        service.send_stop()
        check = service.call(*config.health_check)
        status, _ = service.wait()
    assert status == 0
    assert (check.returncode, check.stdout) == (1, "")
    assert "to be ready, but" in check.stderr
    lines = (tmp_path / "log").read_text().splitlines()
    greeting, *rest = sorted(lines)
    assert greeting.startswith("The page is at")
    assert {"listening", "request"} <= {
        json.loads(line)["event"] for line in rest
    }  # no warning of any package


def test_it_does_not_start_without_a_token(root: Path, config: ImageConfig, tmp_path: Path) -> None:
    port = find_free_port()
    with running(
        root, config, {"INKDIGITS_PORT": str(port)}, port, tmp_path / "log", MAX_PROCESSES
    ) as service:
        status, _ = service.wait()
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert status == 2
    assert "INKDIGITS_TOKEN" in line


def test_no_secret_of_the_build_is_left(store: Store, image: str, root: Path, config: ImageConfig) -> None:
    found = subprocess.run(["grep", "-rlF", MARK, root], capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (1, "")
    written = store.call("inspect", "--type", "image", image)
    assert not [word for word in (MARK, "https://", "http://") if word in written]
    assert not any(name.startswith(("PIP", "UV", "SSL")) for name in config.environment)
