"""Ensembles: several models in one ONNX file, whose output is the mean of their outputs."""

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
from inkdigits.recognition.model_files.kinds import CLASSIFIER
from inkdigits.recognition.model_files.model_file import read_model_file
from inkdigits.training.export.onnx_export import save_checked
from inkdigits.training.networks.classifiers import IS_DIGIT, PROBABILITIES


def write_ensemble(members: Sequence[Path], path: Path, name: str = "ensemble") -> None:
    """Write an ONNX file that outputs the mean of the outputs of its members.

    Parameters
    ----------
    members
        Models written by `export_onnx`. The ensemble has the output ``is_digit`` if all members have it.
    path
        The ``.onnx`` file; its size and its inference time are the sums of those of the members.
    name
        Name of the model.

    Raises
    ------
    UsageError
        If there are fewer than two members, or if their ONNX operator sets differ.
    ModelError
        If a member is missing or damaged, or if the ensemble is not a valid model.
    """
    if len(members) < 2:
        raise UsageError(f"an ensemble needs at least two models, but got {len(members)}; give more models")
    recognisers = [OnnxRecogniser(member) for member in members]
    outputs = [PROBABILITIES]
    if all(IS_DIGIT in each.outputs for each in recognisers):
        outputs.append(IS_DIGIT)
    models = [
        compose.add_prefix(
            onnx.load_from_string(read_model_file(member, CLASSIFIER).content), f"member_{index}/"
        )
        for index, member in enumerate(members)
    ]
    versions = {tuple(sorted((each.domain, each.version) for each in model.opset_import)) for model in models}
    if len(versions) > 1:
        raise UsageError("the models have different versions of the ONNX operator set; export them again")
    for index, model in enumerate(models):
        for node in model.graph.node:
            node.input[:] = ["images" if each == f"member_{index}/images" else each for each in node.input]
    means = [
        helper.make_node("Mean", [f"member_{index}/{output}" for index in range(len(models))], [output])
        for output in outputs
    ]
    widths = {PROBABILITIES: N_CLASSES, IS_DIGIT: 1}
    graph = helper.make_graph(
        [*(node for model in models for node in model.graph.node), *means],
        name,
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", SIDE, SIDE])],
        [
            helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", widths[output]])
            for output in outputs
        ],
        [constant for model in models for constant in model.graph.initializer],
    )
    ensemble = helper.make_model(
        graph,
        ir_version=max(model.ir_version for model in models),
        opset_imports=list(models[0].opset_import),
    )
    save_checked(ensemble, _make_card([each.card for each in recognisers], name), path)


def _make_card(cards: Sequence[ModelCard], name: str) -> ModelCard:
    """Return the model card of an ensemble; its thresholds are the mean of the members' thresholds, not calibrated."""
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
        "The thresholds are the means of their thresholds.",
    )
