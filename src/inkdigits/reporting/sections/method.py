"""The method: the layers of the network, the settings of the recipe, and the machine."""

from inkdigits.reporting.document import (
    Alignment,
    Paragraph,
    Prose,
    Section,
    TableBlock,
    cite,
    code,
    prose,
    strong,
    table,
)
from inkdigits.reporting.formatting import count, duration, setting
from inkdigits.reporting.run import Run

_LAYER_DESCRIPTIONS = {
    "InputLayer": "the raw pixels",
    "Rescaling": "scales the pixels from 0…255 to 0…1",
    "Reshape": "adds the channel axis",
    "Conv2D": "detects local patterns with learned filters",
    "SeparableConv2D": "detects local patterns with fewer parameters",
    "DepthwiseConv2D": "detects local patterns in each channel separately",
    "MaxPooling2D": "takes the maximum of each neighbourhood",
    "AveragePooling2D": "takes the mean of each neighbourhood",
    "GlobalAveragePooling2D": "takes the mean of each channel",
    "BatchNormalization": "normalises mean and variance of each channel",
    "Activation": "applies a non-linear function",
    "ReLU": "sets negative values to zero",
    "Add": "adds a residual connection",
    "Flatten": "flattens the channels into a vector",
    "Dropout": "sets random values to zero, in training only",
    "Dense": "computes weighted sums of all its inputs",
    "Softmax": "converts logits to probabilities",
}

_CLASSIC = ["Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dropout", "Dense"]


def build_section(run: Run) -> Section:
    """Return the section."""
    return Section(
        "method",
        "Method",
        (
            Paragraph(_network(run)),
            _layer_table(run),
            Paragraph(
                prose(
                    "{} lists all settings of the recipe “{}”. The random seed is {}.",
                    table("recipe"),
                    run.config.name,
                    strong(run.config.seed),
                )
            ),
            _recipe_table(run),
            Paragraph(_training(run)),
        ),
    )


def _network(run: Run) -> Prose:
    kinds = [layer.type for layer in run.config.layers]
    words = prose(
        "The network is {} with {} trained parameters ({}). ",
        "convolutional" if any("Conv" in kind for kind in kinds) else "a stack of layers",
        f"{run.config.parameters:,}",
        table("layers"),
    )
    if [kind for kind in kinds if kind in _CLASSIC] == _CLASSIC:
        words += prose(
            "Its architecture is that of the course project “Handwritten Digit Recognition (CNN & MNIST)” {}, which "
            "follows F. Chollet’s Keras example {}: two convolutional layers extract features, max-pooling makes them "
            "robust to small shifts, and one dense layer classifies them. ",
            cite("course"),
            cite("chollet"),
        )
    if "Rescaling" in kinds:
        words += prose(
            "The scaling of the pixels is part of the network, so it is the same in training and inference."
        )
    return words


def _layer_table(run: Run) -> TableBlock:
    rows = tuple(
        (
            code(layer.name),
            layer.type,
            _shape(layer.output_shape),
            f"{layer.parameters:,}" if layer.parameters else "–",
            _LAYER_DESCRIPTIONS.get(layer.type, ""),
        )
        for layer in run.config.layers
    )
    total = ("total", "", "", f"{run.config.parameters:,}", "")
    return TableBlock(
        "layers",
        prose("The layers of the network, from the image to the ten probabilities."),
        ("layer", "type", "output", "parameters", "function"),
        ("left", "left", "left", "right", "left"),
        tuple(tuple(prose("{}", cell) for cell in row) for row in rows),
        (tuple(prose("{}", strong(cell) if cell else "") for cell in total),),
    )


def _shape(shape: tuple[int | None, ...] | None) -> str:
    """Return an output shape as "26 × 26 × 32", without the batch axis, which is None."""
    return " × ".join(str(size) for size in shape or () if size is not None)


def _recipe_table(run: Run) -> TableBlock:
    described = run.config.recipe_descriptions or {}
    rows = [
        (code(name), setting(value), described.get(name, "")) for name, value in run.config.recipe.items()
    ]
    alignments: tuple[Alignment, ...] = ("left", "left", "left")
    n_columns = 3 if described else 2
    return TableBlock(
        "recipe",
        prose("The recipe: all settings of the training."),
        ("setting", "value", "meaning")[:n_columns],
        alignments[:n_columns],
        tuple(tuple(prose("{}", cell) for cell in row[:n_columns]) for row in rows),
    )


def _training(run: Run) -> Prose:
    machine, seconds = run.environment.machine, run.environment.seconds
    processor = machine.processor or machine.platform or "an unknown machine"
    cores = f" with {count(machine.cores, 'core')}" if machine.cores else ""
    memory = f" and {machine.memory_gib:.0f} GiB of memory" if machine.memory_gib else ""
    return prose(
        "Training took {} for {}; the whole run, including loading, evaluation and export, took {}. Machine: "
        "{}{}{}. Precision: {}.",
        strong(duration(seconds.training)),
        count(len(run.history["epoch"]), "epoch"),
        duration(seconds.total),
        processor,
        cores,
        memory,
        code(run.environment.precision),
    )
