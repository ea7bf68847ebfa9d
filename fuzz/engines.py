"""The two engines that make inputs: libFuzzer through Atheris, where it is installed, and Hypothesis elsewhere.

libFuzzer keeps the inputs that reach new edges of inkdigits, and derives others from them. Without it Hypothesis draws
mutations of kept inputs, and an input is kept if it reaches new lines. Both write kept inputs into the folder of the
corpus, and print ``cov: N`` with the number of edges or lines whenever it grows.
"""

import hashlib
import importlib.util
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import strategies as st

from fuzz.lines import LineCoverage
from fuzz.targets.target import Target

ENGINES = ("atheris", "hypothesis")

PACKAGES = ("inkdigits", "PIL", "fuzz.planted")
"""The packages in which Atheris counts edges. Pillow is included for its parsers of formats; native code is not."""

Execute = Callable[[bytes], None]

_EXAMPLES = 100
"""Number of inputs that Hypothesis draws before kept inputs join those that it mutates."""

_FIRST_SHARE = 0.5
"""Share of inputs that libFuzzer derives from one of the first inputs. It drops an input if smaller ones reach the same
edges, but edges of native code are not counted: of a million inputs made of model cards, none had a name any more."""

_INTERESTING = (
    b"\0",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"0",
    b"-",
    b"9",
)


def get_default_engine() -> str:
    """Return ``atheris`` if it is installed, else ``hypothesis``."""
    return ENGINES[0] if importlib.util.find_spec("atheris") else ENGINES[1]


@contextmanager
def instrument(engine: str) -> Iterator[None]:
    """Count the edges of the packages that are imported in the context, if the engine is Atheris."""
    if engine != "atheris":
        yield
        return
    import atheris

    with atheris.instrument_imports(include=list(PACKAGES), enable_loader_override=False):
        yield


def fuzz(engine: str, target: Target, execute: Execute, corpus: Path, seconds: float, seed: int) -> None:
    """Execute inputs for some seconds.

    Parameters
    ----------
    engine
        One of `ENGINES`.
    target
        Gives the size of inputs, and its tokens.
    execute
        Executes one input; it never raises.
    corpus
        A folder with the first inputs, to which inputs with new coverage are added.
    seconds
        The time, in seconds. Atheris ends the process after it.
    seed
        Random seed.
    """
    if engine == "atheris":
        _fuzz_with_atheris(target, execute, corpus, seconds, seed)
    else:
        _fuzz_with_hypothesis(target, execute, corpus, seconds, seed)


def _fuzz_with_atheris(target: Target, execute: Execute, corpus: Path, seconds: float, seed: int) -> None:
    import atheris

    # libFuzzer refuses an empty file, and tokens of more than 64 bytes.
    escaped = ["".join(f"\\x{byte:02x}" for byte in token[:64]) for token in target.tokens or (b"\0",)]
    tokens = corpus.parent / "tokens.txt"
    tokens.write_text("".join(f'"{token}"\n' for token in escaped))
    options = {
        "max_total_time": max(1, round(seconds)),
        "max_len": target.max_bytes,
        "len_control": 0,
        "seed": seed,
        "dict": tokens,
        "artifact_prefix": f"{corpus.parent}/",
        # Limits and signals are the business of the supervisor, for both engines alike.
        "rss_limit_mb": 0,
        "timeout": 3600,
        **{f"handle_{signal}": 0 for signal in ("segv", "bus", "abrt", "ill", "fpe", "int", "term", "xfsz")},
    }
    arguments = [sys.argv[0], *(f"-{name}={value}" for name, value in options.items()), str(corpus)]
    first = [path.read_bytes() for path in sorted(corpus.iterdir())]

    def mutate(data: bytes, max_bytes: int, seed: int) -> bytes:
        rng = random.Random(seed)
        if rng.random() < _FIRST_SHARE:
            data = rng.choice(first)
        mutated: bytes = atheris.Mutate(data, max_bytes)
        return mutated

    atheris.Setup(arguments, execute, custom_mutator=mutate)
    atheris.Fuzz()


def _fuzz_with_hypothesis(target: Target, execute: Execute, corpus: Path, seconds: float, seed: int) -> None:
    end = time.monotonic() + seconds
    inputs = [path.read_bytes() for path in sorted(corpus.iterdir())] or [b""]
    lines = LineCoverage(*_find_folders())
    for data in inputs:
        with lines.collect():
            execute(data)
    print(f"cov: {len(lines.lines)}", file=sys.stderr, flush=True)

    def check(data: bytes) -> None:
        if time.monotonic() > end:
            return
        before = len(lines.lines)
        with lines.collect():
            execute(data)
        if len(lines.lines) > before:
            inputs.append(data)
            (corpus / hashlib.sha256(data).hexdigest()[:40]).write_bytes(data)
            print(f"cov: {len(lines.lines)}", file=sys.stderr, flush=True)

    settings = hypothesis.settings(
        max_examples=_EXAMPLES,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    while time.monotonic() < end:
        drawn = hypothesis.given(mutated_inputs(tuple(inputs), target))(check)
        hypothesis.seed(seed)(settings(drawn))()
        seed += 1


def _find_folders() -> list[str]:
    """Return the folders of the packages whose lines are counted."""
    found = [importlib.util.find_spec(name) for name in PACKAGES]
    return [each.origin.removesuffix("__init__.py") for each in found if each is not None and each.origin]


@st.composite
def mutated_inputs(draw: Any, inputs: tuple[bytes, ...], target: Target) -> bytes:
    """Draw one of the inputs with up to eight mutations: bytes changed, inserted, deleted, repeated, exchanged."""
    data = bytearray(draw(st.sampled_from(inputs)))
    pieces = st.one_of(st.sampled_from((*target.tokens, *_INTERESTING)), st.binary(min_size=1, max_size=4))
    # Mostly one mutation, and mostly of one byte: more would seldom leave a valid file.
    for _ in range(draw(st.sampled_from((1, 1, 1, 1, 2, 2, 3, 8)))):
        kind, at = draw(st.integers(0, 5)), draw(st.integers(0, len(data)))
        length = draw(st.sampled_from((1, 1, 1, 2, 4, 16)))
        match kind:
            case 0:
                data[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case 1:
                data[at:at] = draw(pieces)
            case 2:
                piece = draw(pieces)
                data[at : at + len(piece)] = piece
            case 3:
                del data[at : at + length]
            case 4:
                data[at:at] = data[at : at + length] * draw(st.integers(1, 4))
            case 5:
                other = draw(st.sampled_from(inputs))
                start = draw(st.integers(0, len(other)))
                data[at:] = other[start:]
    return bytes(data[: target.max_bytes])
