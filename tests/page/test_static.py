"""The page without a server: its files, their size, and the folders into which it is written."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inkdigits.errors import ModelError, OutputError
from inkdigits.files.storage import sha256_of_file
from inkdigits.page.files import START, load_page_files
from inkdigits.page.layers import read_layers
from inkdigits.page.static import README, SCRIPT, build_static_page, write_static_page
from inkdigits.recognition.engines.registry import find_model

QUICK = find_model("quick")


@pytest.fixture(scope="module")
def contents() -> dict[str, bytes]:
    return build_static_page(QUICK)


def test_all_files_together_are_below_300_kb(contents: dict[str, bytes]) -> None:
    assert 100_000 < sum(map(len, contents.values())) < 300_000


def read_network(contents: dict[str, bytes]) -> tuple[dict[str, Any], NDArray[np.float32]]:
    """Return the description of the network in the script, and its weights."""
    found = re.search(
        r'^setNetwork\((\{.*?^\}), "([^"]+)"\);$', contents[SCRIPT].decode(), re.MULTILINE | re.DOTALL
    )
    assert found is not None
    return json.loads(found[1]), np.frombuffer(base64.b64decode(found[2]), "<f4")


def test_the_weights_are_little_endian_floats_in_the_order_of_the_layers(contents: dict[str, bytes]) -> None:
    description, values = read_network(contents)
    network = read_layers(QUICK)
    assert description["threshold"] == network.card.threshold > 0.4
    assert description["sha256"] == sha256_of_file(QUICK)
    place = 0
    for layer, described in zip(network.layers, description["layers"], strict=True):
        assert described["kind"] == layer.kind
        if layer.kind != "relu":
            assert described["shape"] == list(layer.weights.shape)
        for each in (layer.weights, layer.biases):
            assert (values[place : place + each.size] == each.ravel()).all()
            place += each.size
    assert place == len(values) == 15_770


def test_the_script_has_the_local_reader_instead_of_that_of_the_service(contents: dict[str, bytes]) -> None:
    script = contents[SCRIPT].decode()
    assert '...inkdigits["readers/local.js"]' in script
    assert "server.js" not in script
    assert "fetch(" not in script
    modules = {name for name in load_page_files() if name.endswith(".js")}
    missing = {name for name in modules if f'inkdigits["{name.removeprefix("page/")}"] = ' not in script}
    assert missing == {"page/readers/server.js", "page/early-theme.js"}


def test_every_file_that_is_referred_to_is_there_at_a_relative_address(contents: dict[str, bytes]) -> None:
    """So the page works in a subfolder and as a file, and loads nothing from elsewhere."""
    referred = {README, START}
    for name, content in contents.items():
        text = content.decode() if name.endswith((".html", ".css")) else ""
        for found in re.finditer(r'(?:src|href)="([^"#]+)"|url\(["\']?([^"\')]+)', text):
            address = found[1] or found[2]
            assert not address.startswith(("/", "http")), f"{name}: {address}"
            referred.add((Path("/") / name).parent.joinpath(address).resolve().relative_to("/").as_posix())
    assert referred == set(contents)


def test_browsers_load_no_module(contents: dict[str, bytes]) -> None:
    """They refuse modules of a page that is opened as a file."""
    assert b"module" not in contents[START]
    assert f'<script src="{SCRIPT}" defer></script>'.encode() in contents[START]


def test_the_page_has_a_policy_that_allows_only_its_own_files(contents: dict[str, bytes]) -> None:
    policy = re.search(rb'http-equiv="Content-Security-Policy" content="([^"]+)"', contents[START])
    assert policy is not None
    assert b"default-src 'none'" in policy[1]
    assert b"script-src 'self' file:;" in policy[1]
    assert b"unsafe" not in policy[1]
    assert b"<script>" not in contents[START]


def test_the_start_page_is_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from inkdigits.page import static

    written: list[str] = []
    monkeypatch.setattr(static, "write_bytes", lambda path, content: written.append(path.name))
    write_static_page(tmp_path / "new", QUICK)
    assert (written[0], written[-1]) == (README, START)


def test_a_folder_of_an_earlier_call_is_written_again(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    size = write_static_page(folder, QUICK)
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert size == sum(path.stat().st_size for path in files.values())
    files[SCRIPT].write_text("damaged")
    write_static_page(folder, QUICK)
    assert {name: path.read_bytes() for name, path in files.items()} == build_static_page(QUICK)


def test_a_folder_with_other_files_is_refused_unless_it_is_forced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"contains 'thesis\.txt'; .* --force"):
        write_static_page(tmp_path, QUICK)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    write_static_page(tmp_path, QUICK, is_forced=True)
    assert (tmp_path / "thesis.txt").read_text() == "mine"
    assert (tmp_path / START).exists()


def test_a_folder_with_another_readme_is_refused(tmp_path: Path) -> None:
    (tmp_path / README).write_text("# My homepage\n")
    with pytest.raises(OutputError, match="expected a new or empty folder"):
        write_static_page(tmp_path, QUICK)


def test_a_new_repository_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write_static_page(tmp_path, QUICK)
    assert (tmp_path / START).exists()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file")
    with pytest.raises(OutputError, match=r"cannot write into .*demo"):
        write_static_page(tmp_path / "demo", QUICK)


def test_nothing_is_written_for_another_network(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        write_static_page(tmp_path / "demo", find_model("compact"))
    assert not (tmp_path / "demo").exists()
