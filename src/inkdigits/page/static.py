"""Write the page as a folder that needs no server of inkdigits: it reads one digit in the browser itself."""

import base64
import json
from pathlib import Path

from inkdigits.errors import OutputError
from inkdigits.files.storage import sha256_of_file, write_bytes
from inkdigits.page.bundle import bundle_modules
from inkdigits.page.files import START, load_page_files
from inkdigits.page.layers import Layer, LayeredNetwork, read_layers

README = "README.md"
"""Name of the file that is written first, by which a folder of an earlier call is recognised."""

SCRIPT = "page/page.js"
"""Name of the script of a page without a server."""

_TITLE = "# Handwritten digits, read in the browser"

_README = f"""{_TITLE}

This folder was written by `inkdigits page --static`. It is a page on which one writes a digit and sees how a neural
network reads it. Everything happens in the browser: nothing that one writes leaves the device.

Open `{START}`, for example with a double click. To share the page, send the folder, or copy it to any web server for
files, also into a subfolder, or to a host for project pages.
"""

_FOLDER = "page/"
_MODULE = "main.js"
_CLASSIC = "early-theme.js"
"""A script that is no module: it runs before the page is painted."""

_OLD_SCRIPT = f'<script type="module" src="{_FOLDER}{_MODULE}"></script>'
_NEW_SCRIPT = f'<script src="{SCRIPT}" defer></script>'

_FILES_TOO = {"script-src 'self'": "script-src 'self' file:", "style-src 'self'": "style-src 'self' file:"}
"""In the content security policy: whether ``'self'`` includes the neighbours of a file depends on the browser."""


def build_static_page(model: Path) -> dict[str, bytes]:
    """Return the files of the page without a server.

    Parameters
    ----------
    model
        The ``.onnx`` file of a network of the recipe ``quick``.

    Returns
    -------
    dict
        Contents by path, relative to the folder of the page.

    Raises
    ------
    ModelError
        If the model is damaged or has other operations; see `read_layers`.
    """
    network = read_layers(model)
    files = {name: file.content for name, file in load_page_files().items()}
    modules = {
        name.removeprefix(_FOLDER): content.decode()
        for name, content in files.items()
        if name.endswith(".js") and name != _FOLDER + _CLASSIC
    }
    modules["reader.js"] = _write_reader(network, model)
    start = files.pop(START).decode()
    for old, new in {_OLD_SCRIPT: _NEW_SCRIPT, **_FILES_TOO}.items():
        if start.count(old) != 1:
            raise RuntimeError(f"expected {old!r} once in {START}")
        start = start.replace(old, new)
    return {
        README: _README.encode(),
        **{name: content for name, content in files.items() if name.removeprefix(_FOLDER) not in modules},
        SCRIPT: bundle_modules(modules, _MODULE).encode(),
        START: start.encode(),
    }


def write_static_page(folder: Path, model: Path, is_forced: bool = False) -> int:
    """Write the page without a server.

    Each file is written whole or not at all, the start page last, so that it never refers to a missing file.

    Parameters
    ----------
    folder
        Created if it is missing.
    model
        See `build_static_page`.
    is_forced
        Whether to write into a folder with other files too; those of other names are kept.

    Returns
    -------
    int
        Size of the files, in bytes.

    Raises
    ------
    ModelError
        See `build_static_page`.
    OutputError
        If the folder contains other files, or cannot be written.
    """
    contents = build_static_page(model)
    if not is_forced:
        _check_folder(folder)
    for name, content in contents.items():
        write_bytes(folder / name, content)
    return sum(map(len, contents.values()))


def _write_reader(network: LayeredNetwork, model: Path) -> str:
    """Return the module from which the page gets its reader: the local one, with the network."""
    description = {
        "name": network.card.name,
        "sha256": sha256_of_file(model),
        "threshold": network.card.threshold,
        "layers": [_describe_layer(layer) for layer in network.layers],
    }
    weights = b"".join(
        values.astype("<f4").tobytes() for layer in network.layers for values in (layer.weights, layer.biases)
    )
    return f"""\
/** The reader, and its network as `inkdigits page --static` found it in the model file. */

import {{ setNetwork }} from "./readers/local.js";
export * from "./readers/local.js";

setNetwork({json.dumps(description, indent=1)}, "{base64.b64encode(weights).decode()}");
"""


def _describe_layer(layer: Layer) -> dict[str, object]:
    if layer.kind == "relu":
        return {"kind": layer.kind}
    description: dict[str, object] = {"kind": layer.kind, "shape": layer.weights.shape}
    if layer.kind == "convolution":
        description |= {"strides": layer.strides, "pads": layer.pads}
    return description


def _check_folder(folder: Path) -> None:
    """Check that a folder is missing, has only hidden files such as ``.git``, or was written by an earlier call."""
    try:
        others = [each.name for each in folder.iterdir() if not each.name.startswith(".")]
        is_own = README in others and (folder / README).read_bytes().startswith(_TITLE.encode())
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(
            f"cannot write into {folder}: {error.strerror or error}; choose another folder"
        ) from error
    if others and not is_own:
        raise OutputError(
            f"expected a new or empty folder, but {folder} contains {min(others)!r:.50}; choose another one, or add "
            "--force to write into it and keep its other files"
        )
