"""The method: the network layer by layer, the recipe setting by setting, the machine."""

from typing import Any

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
from inkdigits.reporting.run import Run
from inkdigits.reporting.words import count, duration, setting

_WHAT_LAYERS_DO = {
    "InputLayer": "takes the raw pixels",
    "Rescaling": "brings the pixels from 0…255 to 0…1",
    "Reshape": "gives the image its channel axis",
    "Conv2D": "looks for small local patterns with learned filters",
    "SeparableConv2D": "looks for local patterns, cheaply",
    "DepthwiseConv2D": "looks for local patterns in each channel on its own",
    "MaxPooling2D": "keeps the strongest response of each neighbourhood",
    "AveragePooling2D": "takes the mean of each neighbourhood",
    "GlobalAveragePooling2D": "takes the mean of each channel",
    "BatchNormalization": "keeps the responses centred and scaled",
    "Activation": "lets the network bend: a non-linear function",
    "ReLU": "lets positive responses through, cuts negative ones",
    "Add": "adds a short cut to what was computed",
    "Flatten": "lays the responses out in one row",
    "Dropout": "drops responses at random, in training only",
    "Dense": "weighs all its inputs, one sum for each output",
    "Softmax": "turns scores into probabilities",
}

_CLASSIC = ["Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dropout", "Dense"]


def section(run: Run) -> Section:
    """Return the account of the network and its training."""
    return Section(
        "method",
        "Method",
        (
            Paragraph(_network(run)),
            _layer_table(run),
            Paragraph(
                prose(
                    "{} holds every setting of the recipe “{}”. The random seed was {}.",
                    table("recipe"),
                    run.config["name"],
                    strong(run.config["seed"]),
                )
            ),
            _recipe_table(run),
            Paragraph(_training(run)),
        ),
    )


def _network(run: Run) -> Prose:
    kinds = [layer["type"] for layer in run.config["layers"]]
    words = prose(
        "The network is {} with {} trained parameters ({}). ",
        "convolutional" if any("Conv" in kind for kind in kinds) else "a stack of layers",
        f"{run.config['parameters']:,}",
        table("layers"),
    )
    if [kind for kind in kinds if kind in _CLASSIC] == _CLASSIC:
        words += prose(
            "Its plan is that of the course project “Handwritten Digit Recognition (CNN & MNIST)” {} and of "
            "F. Chollet’s Keras example behind it {}: two convolutions find strokes and then their "
            "arrangements, pooling makes small shifts matter less, and one dense layer weighs the evidence "
            "for each digit. ",
            cite("course"),
            cite("chollet"),
        )
    if "Rescaling" in kinds:
        words += prose(
            "Scaling the pixels is part of the network, so that training and use cannot disagree about it."
        )
    return words


def _layer_table(run: Run) -> TableBlock:
    rows = tuple(
        (
            code(layer["name"]),
            layer["type"],
            _shape(layer["output_shape"]),
            f"{layer['parameters']:,}" if layer["parameters"] else "–",
            _WHAT_LAYERS_DO.get(layer["type"], ""),
        )
        for layer in run.config["layers"]
    )
    total = ("total", "", "", f"{run.config['parameters']:,}", "")
    return TableBlock(
        "layers",
        prose("The layers of the network, from the picture to the ten probabilities."),
        ("layer", "type", "output", "parameters", "what it does"),
        ("left", "left", "left", "right", "left"),
        tuple(tuple(prose("{}", cell) for cell in row) for row in rows),
        (tuple(prose("{}", strong(cell) if cell else "") for cell in total),),
    )


def _shape(shape: Any) -> str:
    """Return an output shape as "26 × 26 × 32", without the batch axis that None stands for."""
    return " × ".join(str(size) for size in shape or () if size is not None)


def _recipe_table(run: Run) -> TableBlock:
    described = run.config.get("recipe_descriptions") or {}
    rows = [
        (code(name), setting(value), described.get(name, "")) for name, value in run.config["recipe"].items()
    ]
    alignments: tuple[Alignment, ...] = ("left", "left", "left")
    n_columns = 3 if described else 2
    return TableBlock(
        "recipe",
        prose("The recipe: every setting that the training depends on."),
        ("setting", "value", "meaning")[:n_columns],
        alignments[:n_columns],
        tuple(tuple(prose("{}", cell) for cell in row[:n_columns]) for row in rows),
    )


def _training(run: Run) -> Prose:
    machine, seconds = run.environment["machine"], run.environment["seconds"]
    place = machine.get("processor") or machine.get("platform") or "an unnamed machine"
    cores = f" with {count(machine['cores'], 'core')}" if machine.get("cores") else ""
    memory = f" and {machine['memory_gib']:.0f} GiB of memory" if machine.get("memory_gib") else ""
    return prose(
        "Training took {} for {}; {} with loading, evaluation and export. It ran on {}{}{}, in the "
        "precision {}.",
        strong(duration(seconds["training"])),
        count(len(run.history["epoch"]), "epoch"),
        duration(seconds["total"]),
        place,
        cores,
        memory,
        code(run.environment["precision"]),
    )
