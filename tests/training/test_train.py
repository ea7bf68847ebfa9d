import csv
import json
import shutil

import numpy as np
import onnx
import onnxruntime
import pytest

from inkdigits.contract import Recogniser
from inkdigits.errors import DataError, ModelError, RunError
from inkdigits.files.storage import sha256_of_file
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.runs import run_directory
from inkdigits.runs.run_history import read_history
from inkdigits.training.export import onnx_export as export
from inkdigits.training.loop.fit import limit_averaging_momentum
from inkdigits.training.networks.classifiers import classic
from inkdigits.training.recipes import get_recipe
from inkdigits.training.train import train

pytestmark = pytest.mark.slow

QUICK = get_recipe("fast").override({"epochs": 3, "steps_per_execution": 4, "weight_averaging": 0.9})


class StopAfter:
    """Interrupts a training when an epoch is over, as Ctrl-C would."""

    def __init__(self, epoch):
        self.epoch = epoch

    def __call__(self, step):
        if step.epoch_done and step.epoch == self.epoch:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def run(small_train, small_test, tmp_path_factory):
    return train(QUICK, small_train, small_test, seed=3, run=tmp_path_factory.mktemp("runs") / "whole")


def test_a_run_holds_all_that_it_names_and_the_manifest_proves_it(run):
    manifest = json.loads((run.path / run_directory.MANIFEST).read_text())
    for name in (
        run_directory.CONFIG,
        run_directory.ENVIRONMENT,
        run_directory.HISTORY,
        run_directory.KERAS_MODEL,
        run_directory.ONNX_MODEL,
        run_directory.EVALUATION,
        run_directory.ARRAYS,
    ):
        assert name in manifest
    assert any(name.startswith("tensorboard/") for name in manifest)
    for name, entry in manifest.items():
        assert sha256_of_file(run.path / name) == entry["sha256"]
        assert (run.path / name).stat().st_size == entry["bytes"]
    on_disk = {p.relative_to(run.path).as_posix() for p in run.path.rglob("*") if p.is_file()}
    assert on_disk == {*manifest, run_directory.MANIFEST}


def test_the_network_learns_and_the_figures_are_of_the_exported_model(run, small_test):
    assert run.evaluation.accuracy > 0.8
    answers = OnnxRecogniser(run.path / run_directory.ONNX_MODEL).score(small_test.images)
    saved = json.loads((run.path / run_directory.EVALUATION).read_text())
    assert saved["n_errors"] == int((answers.labels != small_test.labels).sum())
    card = OnnxRecogniser(run.path / run_directory.ONNX_MODEL).card
    assert card.evaluation["accuracy"] == saved["accuracy"]
    assert (card.name, card.seed, card.parameters) == ("fast", 3, 34_826)


def test_the_history_has_a_row_an_epoch_and_the_learning_rate_ends_at_nought(run):
    with (run.path / run_directory.HISTORY).open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert float(rows[-1]["learning_rate"]) == pytest.approx(0, abs=1e-9)


def test_the_onnx_model_takes_raw_pixels_in_any_number(run, small_test):
    session = onnxruntime.InferenceSession(run.path / run_directory.ONNX_MODEL)
    assert [(i.name, i.type, i.shape[1:]) for i in session.get_inputs()] == [
        ("images", "tensor(uint8)", [28, 28])
    ]
    for n in (0, 1, 7):
        (probabilities,) = session.run(["probabilities"], {"images": small_test.images[:n]})
        assert probabilities.shape == (n, 10)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_the_exported_model_is_a_recogniser(run):
    assert isinstance(OnnxRecogniser(run.path / run_directory.ONNX_MODEL), Recogniser)


def test_the_same_seed_gives_identical_weights(run, small_train, small_test, tmp_path):
    again = train(QUICK, small_train, small_test, seed=3, run=tmp_path / "again")
    other = train(QUICK.override({"epochs": 1}), small_train, small_test, seed=4, run=tmp_path / "other")
    for ours, theirs in zip(run.network.get_weights(), again.network.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert not np.array_equal(run.network.get_weights()[0], other.network.get_weights()[0])


def test_an_interrupted_run_goes_on_as_if_it_had_never_stopped(run, small_train, small_test, tmp_path):
    path = tmp_path / "stopped"
    with pytest.raises(KeyboardInterrupt):
        train(QUICK, small_train, small_test, seed=3, run=path, watch=StopAfter(1))
    assert not (path / run_directory.MANIFEST).exists()
    assert len(read_history(path)) == 1
    resumed = train(QUICK, small_train, small_test, seed=3, run=path, resume=True)
    for ours, theirs in zip(run.network.get_weights(), resumed.network.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert [row["epoch"] for row in read_history(path)] == ["1", "2", "3"]


def test_a_run_that_is_deleted_meanwhile_ends_in_an_error_and_is_not_created_again(
    small_train, small_test, tmp_path
):
    path = tmp_path / "run"

    def delete(step):
        if step.epoch_done and step.epoch == 1:
            shutil.rmtree(path)

    with pytest.raises(RunError, match=r"run was moved or deleted while it was written; leave it in place"):
        train(QUICK, small_train, small_test, seed=3, run=path, watch=delete)
    assert not path.exists()


def test_a_run_is_never_overwritten_nor_resumed_with_other_settings(run, small_train, small_test, tmp_path):
    with pytest.raises(RunError, match="exists already; resume it with --resume"):
        train(QUICK, small_train, small_test, run=run.path)
    with pytest.raises(RunError, match="is finished"):
        train(QUICK, small_train, small_test, seed=3, run=run.path, resume=True)
    with pytest.raises(RunError, match="no run to resume"):
        train(QUICK, small_train, small_test, run=tmp_path / "nothing", resume=True)
    with pytest.raises(KeyboardInterrupt):
        train(QUICK, small_train, small_test, run=tmp_path / "half", watch=StopAfter(1))
    with pytest.raises(RunError, match="was started with seed 0, but got 1"):
        train(QUICK, small_train, small_test, seed=1, run=tmp_path / "half", resume=True)
    (tmp_path / "half" / run_directory.CHECKPOINTS[0]).write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(RunError, match="is damaged or belongs to another network"):
        train(QUICK, small_train, small_test, run=tmp_path / "half", resume=True)


def test_images_of_another_size_are_refused_before_anything_is_written(small_train, small_test, tmp_path):
    from inkdigits.data import LabelledImages

    tiny = LabelledImages(small_train.images[:, ::2, ::2], small_train.labels, "tiny")
    with pytest.raises(DataError, match=r"expected digit images, uint8 of shape \(n, 28, 28\)"):
        train(QUICK, tiny, small_test, run=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_validation_images_are_watched_and_not_trained_on(small_train, small_test, tmp_path):
    recipe = QUICK.override({"epochs": 1, "validation_share": 0.2})
    trained = train(recipe, small_train, small_test, run=tmp_path / "run")
    (row,) = read_history(trained.path)
    assert 0 < float(row["val_accuracy"]) < 1
    config = json.loads((trained.path / run_directory.CONFIG).read_text())
    assert (config["data"]["n_train"], config["data"]["n_validation"]) == (800, 200)


def test_an_export_that_answers_otherwise_is_refused(run, small_test):
    other = classic()
    with pytest.raises(ModelError, match="expected the same outputs from ONNX and Keras"):
        export.check_parity(other, run.path / run_directory.ONNX_MODEL, small_test.images)


def test_a_card_is_replaced_without_touching_the_network(run, tmp_path):
    copy = tmp_path / "copy.onnx"
    copy.write_bytes((run.path / run_directory.ONNX_MODEL).read_bytes())
    card = OnnxRecogniser(copy).card
    export.write_card(copy, type(card)(name="renamed"))
    assert OnnxRecogniser(copy).card.name == "renamed"
    before = onnx.load(run.path / run_directory.ONNX_MODEL)
    assert onnx.load(copy).graph == before.graph


def test_an_average_reaches_back_over_a_tenth_of_the_training_at_most(small_train, small_test, tmp_path):
    assert limit_averaging_momentum(0.999, 15_000) == 0.999
    assert limit_averaging_momentum(0.999, 100) == pytest.approx(0.9)
    assert limit_averaging_momentum(0.999, 5) == 0
    recipe = QUICK.override({"weight_averaging": 0.999})
    assert train(recipe, small_train, small_test, run=tmp_path / "run").evaluation.accuracy > 0.8


def test_a_network_of_ones_own_is_trained_by_a_recipe(small_train, small_test, tmp_path):
    import keras
    from keras import layers

    own = keras.Sequential(
        [
            keras.Input((28, 28), dtype="uint8"),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    trained = train(QUICK, small_train, small_test, run=tmp_path / "run", network=own)
    assert trained.network is own
    assert trained.evaluation.accuracy > 0.7
