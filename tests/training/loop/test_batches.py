import itertools
import json

import numpy as np
import pytest

from inkdigits.training.loop.batches import TrainingBatches, build_augmentation, count_batches
from inkdigits.training.recipes import get_recipe

PLAIN = get_recipe("original").override({"batch_size": 64})
MIXED = get_recipe("accurate").override({"batch_size": 100})


def first_epoch(data, recipe, seed=0):
    return list(itertools.islice(TrainingBatches(data, recipe, seed).iterate(), count_batches(data, recipe)))


def test_an_epoch_shows_every_image_once_in_a_new_order(small_train):
    batches = first_epoch(small_train, PLAIN)
    seen = np.concatenate([batch.images for batch in batches])
    assert [len(batch.images) for batch in batches] == [64] * 15 + [40]
    assert sorted(map(bytes, seen)) == sorted(map(bytes, small_train.images))
    assert not np.array_equal(seen, small_train.images)


def test_labels_go_with_their_images(small_train):
    labels = {
        bytes(image): label for image, label in zip(small_train.images, small_train.labels, strict=True)
    }
    for batch in first_epoch(small_train, PLAIN):
        assert [labels[bytes(image)] for image in batch.images] == batch.labels.tolist()


def test_an_epoch_depends_on_seed_and_number_alone(small_train):
    recipe = get_recipe("fast").override({"batch_size": 500})
    from_start = list(itertools.islice(TrainingBatches(small_train, recipe, 7).iterate(), 6))
    resumed = list(itertools.islice(TrainingBatches(small_train, recipe, 7).iterate(4), 2))
    for ours, theirs in zip(from_start[4:], resumed, strict=True):
        np.testing.assert_array_equal(ours.images, theirs.images)
    assert not np.array_equal(from_start[0].images, from_start[2].images)
    other = next(TrainingBatches(small_train, recipe, 8).iterate())
    assert not np.array_equal(from_start[0].images, other.images)


def test_batches_go_on_from_any_step_with_the_state_before_it(small_train):
    data = small_train[:300]  # three batches of 100 of which 67 are of the data: five a pass
    whole = TrainingBatches(data, MIXED, 3)
    batches = list(itertools.islice(whole.iterate(), 8))
    for step in (1, 4, 5, 7):
        ahead = TrainingBatches(data, MIXED, 3)
        for _ in zip(range(min(step + 2, 8)), ahead.iterate(), strict=False):  # Keras draws some ahead
            pass
        state = json.loads(json.dumps(ahead.state_before(step)))
        assert (state is None) == (step == 5)
        rest = TrainingBatches(data, MIXED, 3).iterate(step, state)
        for expected, found in zip(batches[step:], rest, strict=False):
            np.testing.assert_array_equal(expected.images, found.images)
            np.testing.assert_array_equal(expected.labels, found.labels)
    with pytest.raises(ValueError, match="give the state"):
        next(whole.iterate(3))


@pytest.mark.parametrize("share", ["stroke_models", "fonts", "non_digits"])
def test_invented_images_take_their_share_of_each_batch(small_train, share):
    shares = {"stroke_models": 0.0, "fonts": 0.0, "non_digits": 0.0, share: 0.25}
    batch = next(TrainingBatches(small_train, MIXED.override(shares), 0).iterate())
    assert batch.images.shape == (100, 28, 28)
    assert int((~batch.is_digit).sum()) == (25 if share == "non_digits" else 0)


def test_a_non_digit_has_no_say_in_which_digit_it_is(small_train):
    batch = next(TrainingBatches(small_train, MIXED, 0).iterate())
    _, targets, weights = batch.to_two_outputs()
    np.testing.assert_array_equal(weights["probabilities"], batch.is_digit)
    np.testing.assert_array_equal(targets["is_digit"][:, 0], batch.is_digit)
    assert weights["is_digit"].all()


def test_a_share_of_the_images_is_warped_alone(small_train):
    images = small_train.images[:400]
    strongly = build_augmentation(MIXED.override({"warp_only": 0.0}))
    gently = build_augmentation(MIXED.override({"warp_only": 1.0}))
    warped = build_augmentation(MIXED.override({"augmentation": "warp"}))
    some = build_augmentation(MIXED.override({"warp_only": 0.5}))
    rng = np.random.default_rng

    def ink_beside_the_digit(varied):
        return (varied[:, :2].max(axis=(1, 2)) > 20).mean()

    # Noise, margins and flourishes reach the upper edge, which a warp leaves clean.
    assert ink_beside_the_digit(strongly(images, rng(1))) > 0.2
    assert ink_beside_the_digit(gently(images, rng(1))) < 0.1
    half = ink_beside_the_digit(some(images, rng(1)))
    assert 0.1 < half < ink_beside_the_digit(strongly(images, rng(1)))
    assert ink_beside_the_digit(warped(images, rng(1))) < 0.1
