"""What Schemathesis sends as pictures: it cannot make any from a schema. Loaded by ``schemathesis run``."""

import os
import random
import re
from typing import Any

import schemathesis
from hypothesis import strategies

from benchmarks.paths import ROOT

PICTURES = "INKDIGITS_CONFORMANCE_PICTURES"
"""Variable: ``valid`` pictures, or ``damaged`` ones."""

_PAGE = re.compile("[1-9][0-9]{0,4}|100000")

_SAMPLES = [path.read_bytes() for path in sorted((ROOT / "samples").glob("*.[pj][np]g"))]


def damage(content: bytes, seed: int) -> bytes:
    """Return a file that is cut off, or in which some bytes are others."""
    generator = random.Random(seed)
    changed = bytearray(content[: generator.randrange(len(content))] if seed % 2 else content)
    for _ in range(generator.randrange(1, 20) if changed else 0):
        changed[generator.randrange(len(changed))] = generator.randrange(256)
    return bytes(changed)


_valid = strategies.sampled_from(_SAMPLES)
_damaged = strategies.builds(damage, _valid, strategies.integers(0, 10**6)) | strategies.binary(max_size=500)
_pictures = _valid if os.environ.get(PICTURES, "valid") == "valid" else _damaged

for _type in ("image/*", "application/pdf", "application/octet-stream"):
    schemathesis.openapi.media_type(_type, _pictures)


@schemathesis.hook
def before_call(
    context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]
) -> None:
    """Choose the only page, in place of any that the document allows: no schema knows how many a picture has."""
    page = (case.query or {}).get("page")
    if _PAGE.fullmatch(str(page)):
        case.query["page"] = 1
