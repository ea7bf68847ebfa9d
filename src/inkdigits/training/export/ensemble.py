"""Several models in one file, whose answer is the mean of theirs: the most accurate reader, and the best teacher."""

import datetime
from collections.abc import Sequence
from pathlib import Path

import onnx
from onnx import TensorProto, compose, helper

from inkdigits import __version__
from inkdigits.contract import N_CLASSES, SIDE
from inkdigits.errors import UsageError
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.model_card import ModelCard
from inkdigits.training.export.onnx_export import save_checked
from inkdigits.training.networks.classifiers import IS_DIGIT, PROBABILITIES


def write_ensemble(members: Sequence[Path], path: Path, name: str = "ensemble") -> None:
    """Write an ONNX file that answers the plain mean of what its members answer.

    Parameters
    ----------
    members
        Models as `export_onnx` writes them. ``is_digit`` is answered if all of them answer it.
    path
        The ``.onnx`` file; it is as large as its members together, and takes as long.
    name
        What the model is to be called.

    Raises
    ------
    UsageError
        If there are fewer than two members, or if they are written in different versions of ONNX's operators.
    ModelError
        If one is missing or damaged, or if together they are no valid model.
    """
    if len(members) < 2:
        raise UsageError(f"an ensemble takes at least two models, but {len(members)} came")
    recognisers = [OnnxRecogniser(member) for member in members]
    answers = [PROBABILITIES]
    if all(IS_DIGIT in each.outputs for each in recognisers):
        answers.append(IS_DIGIT)
    models = [
        compose.add_prefix(onnx.load(member), f"member_{index}/") for index, member in enumerate(members)
    ]
    versions = {tuple(sorted((each.domain, each.version) for each in model.opset_import)) for model in models}
    if len(versions) > 1:
        raise UsageError("the models are written in different versions of ONNX's operators; export them anew")
    for index, model in enumerate(models):
        for node in model.graph.node:
            node.input[:] = ["images" if each == f"member_{index}/images" else each for each in node.input]
    means = [
        helper.make_node("Mean", [f"member_{index}/{answer}" for index in range(len(models))], [answer])
        for answer in answers
    ]
    widths = {PROBABILITIES: N_CLASSES, IS_DIGIT: 1}
    graph = helper.make_graph(
        [*(node for model in models for node in model.graph.node), *means],
        name,
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", SIDE, SIDE])],
        [
            helper.make_tensor_value_info(answer, TensorProto.FLOAT, ["n", widths[answer]])
            for answer in answers
        ],
        [constant for model in models for constant in model.graph.initializer],
    )
    together = helper.make_model(
        graph,
        ir_version=max(model.ir_version for model in models),
        opset_imports=list(models[0].opset_import),
    )
    save_checked(together, _card([each.card for each in recognisers], name), path)


def _card(cards: Sequence[ModelCard], name: str) -> ModelCard:
    """Return the card of an ensemble; its thresholds are the members' mean, which no measurement has found."""
    first, n = cards[0], len(cards)
    return ModelCard(
        name=name,
        recipe=first.recipe,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        parameters=sum(card.parameters for card in cards),
        data=first.data,
        data_sha256=first.data_sha256,
        threshold=sum(card.threshold for card in cards) / n,
        is_digit_threshold=sum(card.is_digit_threshold for card in cards) / n,
        versions={**first.versions, "inkdigits": __version__},
        note=f"The mean of {n} models: {', '.join(f'{card.name} with seed {card.seed}' for card in cards)}. "
        "Its thresholds are the mean of theirs.",
    )
