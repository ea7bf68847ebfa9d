"""An ensemble answers the mean of what its members answer, as one file like any other."""

import keras
import numpy as np
import onnx
import pytest

from inkdigits.commands import main
from inkdigits.errors import ModelError, UsageError
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.model_card import ModelCard
from inkdigits.training.export.ensemble import write_ensemble
from inkdigits.training.export.onnx_export import export_onnx
from inkdigits.training.networks.classifiers import NETWORKS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def members(tmp_path_factory):
    folder = tmp_path_factory.mktemp("members")
    paths = []
    for seed, name in enumerate(["accurate", "accurate", "classic"]):
        keras.utils.set_random_seed(seed)
        card = ModelCard(name=name, seed=seed, parameters=100 + seed, threshold=0.2 * seed)
        paths.append(folder / f"{seed}.onnx")
        export_onnx(NETWORKS[name](), card, paths[-1])
    return paths


def test_the_answer_is_the_mean(members, small_test, tmp_path):
    path = tmp_path / "ensemble.onnx"
    write_ensemble(members[:2], path)
    images = small_test.images[:100]
    parts = [OnnxRecogniser(member).score(images) for member in members[:2]]
    found = OnnxRecogniser(path).score(images)
    np.testing.assert_allclose(
        found.probabilities, np.mean([part.probabilities for part in parts], axis=0), atol=1e-6
    )
    np.testing.assert_allclose(found.is_digit, np.mean([part.is_digit for part in parts], axis=0), atol=1e-6)
    assert np.abs(parts[0].probabilities - parts[1].probabilities).max() > 1e-3
    card = OnnxRecogniser(path).card
    assert card.parameters == 201
    assert card.threshold == pytest.approx(0.1)
    assert card.note.startswith("The mean of 2 models: accurate with seed 0, accurate with seed 1. ")


def test_is_digit_is_answered_only_where_all_members_answer_it(members, tmp_path):
    write_ensemble(members, tmp_path / "three.onnx")
    assert OnnxRecogniser(tmp_path / "three.onnx").outputs == ["probabilities"]


def test_one_model_is_no_ensemble_and_a_damaged_one_no_member(members, tmp_path):
    with pytest.raises(UsageError, match="at least two models, but got 1"):
        write_ensemble(members[:1], tmp_path / "one.onnx")
    (tmp_path / "damaged.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError):
        write_ensemble([members[0], tmp_path / "damaged.onnx"], tmp_path / "two.onnx")
    assert not (tmp_path / "two.onnx").exists()


def test_models_of_other_operators_are_no_members(members, tmp_path):
    model = onnx.load(members[0])
    model.opset_import[0].version += 1
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(UsageError, match="different versions of the ONNX operator set"):
        write_ensemble([members[0], tmp_path / "other.onnx"], tmp_path / "two.onnx")


def test_the_command_takes_files_and_overwrites_nothing(members, tmp_path, capsys):
    out = tmp_path / "together.onnx"
    with pytest.raises(SystemExit) as done:
        main(["ensemble", *map(str, members[:2]), "--out", str(out)])
    assert done.value.code == 0
    assert "the mean of 2 models" in capsys.readouterr().out
    assert OnnxRecogniser(out).card.name == "together"
    with pytest.raises(SystemExit) as done:
        main(["ensemble", *map(str, members[:2]), "--out", str(out)])
    assert done.value.code == 1
    assert "exists already" in capsys.readouterr().err


def test_an_ensemble_of_ensembles_is_one_too(members, small_test, tmp_path):
    write_ensemble(members[:2], tmp_path / "a.onnx")
    write_ensemble([tmp_path / "a.onnx", members[2]], tmp_path / "b.onnx")
    images = small_test.images[:20]
    parts = [OnnxRecogniser(path).score(images).probabilities for path in (tmp_path / "a.onnx", members[2])]
    found = OnnxRecogniser(tmp_path / "b.onnx").score(images)
    np.testing.assert_allclose(found.probabilities, np.mean(parts, axis=0), atol=1e-6)
