"""Write the page as a folder that needs no server of inkdigits: it reads one digit in the browser itself."""

import json
from pathlib import Path

from inkdigits.errors import OutputError
from inkdigits.page.files import START, load_page_files
from inkdigits.page.layers import Layer, LayeredNetwork, read_layers
from inkdigits.storage import sha256_of_file, write_bytes

README = "README.md"
"""Name of the file that is written first, by which a folder of an earlier call is recognised."""

_TITLE = "# Handwritten digits, read in the browser"

_README = f"""{_TITLE}

This folder was written by `inkdigits page --static`. It is a page on which one writes a digit and sees how a neural
network reads it. Everything happens in the browser: nothing that one writes leaves the device.

Any web server for files can serve it, also in a subfolder, and so can a host for project pages. To look at it on this
computer, run this in the folder, and open http://127.0.0.1:8000 in a browser:

    python -m http.server --bind 127.0.0.1

Opening `{START}` as a file does not work: browsers load modules only from a server.
"""

_READER = 'export * from "./readers/local.js";\n'
"""The module ``page/reader.js`` of a page without a server."""

_SERVER_READER = "page/readers/server.js"

_NOTICE = '<script src="page/readers/local/opened-as-file.js" defer></script>\n'
"""A classic script, because modules do not run in a page that is opened as a file."""


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
    contents = {name: file.content for name, file in load_page_files().items() if name != _SERVER_READER}
    contents["page/reader.js"] = _READER.encode()
    contents["page/readers/local/network.json"] = _describe(network, model).encode()
    contents["page/readers/local/network.bin"] = b"".join(
        values.astype("<f4").tobytes() for layer in network.layers for values in (layer.weights, layer.biases)
    )
    start = contents.pop(START)
    return {
        README: _README.encode(),
        **contents,
        START: start.replace(b"</head>", _NOTICE.encode() + b"</head>", 1),
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


def _describe(network: LayeredNetwork, model: Path) -> str:
    """Return the layers, without their weights, and what else the page needs of the model card, as JSON."""
    description = {
        "name": network.card.name,
        "sha256": sha256_of_file(model),
        "threshold": network.card.threshold,
        "layers": [_describe_layer(layer) for layer in network.layers],
    }
    return json.dumps(description, indent=1) + "\n"


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
