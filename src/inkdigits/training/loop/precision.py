"""Arithmetic of the training: float32, or bfloat16 where the processor multiplies it in hardware."""

import contextlib
import functools
import pathlib
import platform
from typing import Any

import keras

from inkdigits.training.networks.classifiers import IS_DIGIT, PROBABILITIES
from inkdigits.training.recipes import Recipe

_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})


@functools.cache
def has_native_bfloat16() -> bool:
    """Tell whether this machine multiplies bfloat16 in hardware.

    Elsewhere bfloat16 would be emulated, and slower than float32.
    """
    if keras.backend.backend() == "jax":
        import jax

        if jax.default_backend() != "cpu":
            return True
    try:
        flags = pathlib.Path("/proc/cpuinfo").read_text("ascii", errors="ignore").split()
    except OSError:
        return platform.system() == "Darwin" and platform.machine() == "arm64"
    return not _BFLOAT16_FLAGS.isdisjoint(flags)


def dtype_policy(recipe: Recipe) -> str:
    """Return the Keras dtype policy that the recipe trains under on this machine."""
    return "mixed_bfloat16" if recipe.precision == "bfloat16" and has_native_bfloat16() else "float32"


def full_precision() -> contextlib.AbstractContextManager[Any]:
    """Return a context in which float32 products are float32: on a GPU, JAX rounds their factors otherwise."""
    if keras.backend.backend() != "jax":
        return contextlib.nullcontext()
    import jax

    context: contextlib.AbstractContextManager[Any] = jax.default_matmul_precision("highest")
    return context


def in_precision(network: keras.Model, policy: str) -> keras.Model:
    """Return a copy of a float32 network, same weights, whose layers compute under another policy.

    The answers stay in float32: a softmax in bfloat16 has too few digits for a loss.
    """

    def clone(layer: Any) -> Any:
        config = layer.get_config()
        if layer is not network.layers[-1] and layer.name not in (PROBABILITIES, IS_DIGIT):
            config["dtype"] = policy
        return type(layer).from_config(config)

    copy = keras.models.clone_model(network, clone_function=clone)
    copy.set_weights(network.get_weights())
    return copy
