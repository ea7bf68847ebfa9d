"""Precision of training: float32, or bfloat16 if the processor supports it in hardware."""

import contextlib
import functools
import pathlib
import platform
from typing import Any

import keras

from inkdigits.training.networks.classifiers import IS_DIGIT, PROBABILITIES
from inkdigits.training.networks.detector import ORIENTATION_OUTPUTS, PRINT_OUTPUT, SYMBOL_OUTPUTS
from inkdigits.training.recipes import Recipe

_OUTPUT_LAYERS = (PROBABILITIES, IS_DIGIT, SYMBOL_OUTPUTS, PRINT_OUTPUT, ORIENTATION_OUTPUTS)
"""Names of layers for outputs or parts of them."""

_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})


@functools.cache
def has_native_bfloat16() -> bool:
    """Return whether this machine supports bfloat16 products in hardware.

    On other machines bfloat16 is emulated and slower than float32.
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
    """Return the Keras dtype policy for the recipe on this machine."""
    return "mixed_bfloat16" if recipe.precision == "bfloat16" and has_native_bfloat16() else "float32"


def full_precision() -> contextlib.AbstractContextManager[Any]:
    """Return a context manager with full float32 precision; on a GPU, JAX otherwise rounds the factors of products."""
    if keras.backend.backend() != "jax":
        return contextlib.nullcontext()
    import jax

    context: contextlib.AbstractContextManager[Any] = jax.default_matmul_precision("highest")
    return context


def clone_with_policy(network: keras.Model, policy: str) -> keras.Model:
    """Return a copy of a float32 network with the same weights and another dtype policy.

    The output layers stay in float32, because a softmax in bfloat16 is too imprecise for the loss.
    """

    def clone(layer: Any) -> Any:
        config = layer.get_config()
        if layer is not network.layers[-1] and layer.name not in _OUTPUT_LAYERS:
            config["dtype"] = policy
        return type(layer).from_config(config)

    copy = keras.models.clone_model(network, clone_function=clone)
    copy.set_weights(network.get_weights())
    return copy
