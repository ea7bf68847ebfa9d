import dataclasses

import pytest

from inkdigits.errors import UsageError
from inkdigits.training.recipes import RECIPES, Recipe, get_recipe


def test_original_is_the_published_training_to_the_letter():
    original = get_recipe("original")
    assert (original.epochs, original.batch_size, original.learning_rate) == (15, 128, 0.001)
    assert (original.schedule, original.augmentation, original.weight_averaging) == ("constant", "none", 0)
    assert (original.dropout, original.validation_share, original.precision) == (0.5, 0.1, "float32")


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_comes_back_from_what_is_saved_of_it(name):
    recipe = get_recipe(name)
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert recipe.name == name


def test_every_setting_has_a_sentence():
    sentences = Recipe.sentences()
    assert list(sentences) == [setting.name for setting in dataclasses.fields(Recipe)]
    assert all(sentence.endswith(".") for sentence in sentences.values())


def test_text_overrides_a_setting_in_its_own_type():
    recipe = get_recipe("fast").override({"epochs": "7", "learning_rate": "0.5", "augmentation": "none"})
    assert (recipe.epochs, recipe.learning_rate, recipe.augmentation) == (7, 0.5, "none")
    assert isinstance(recipe.epochs, int)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epoch": "7"}, "unknown setting 'epoch'; choose one of network, epochs"),
        ({"name": "mine"}, "unknown setting 'name'"),
        ({"epochs": "many"}, "expected an integer for epochs, but got 'many'"),
        ({"epochs": "0"}, "expected epochs between 1 and 10000, but got 0"),
        ({"learning_rate": "nan"}, "expected learning_rate between"),
        (
            {"augmentation": "wild"},
            "expected augmentation to be one of none, shift, warp, strong, but got 'wild'",
        ),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line(settings, message):
    with pytest.raises(UsageError, match=message) as caught:
        get_recipe("fast").override(settings)
    assert "\n" not in str(caught.value)


def test_an_unknown_recipe_is_named_with_the_known_ones():
    with pytest.raises(UsageError, match="unknown recipe 'slow'; choose one of original, fast, classic"):
        get_recipe("slow")


def test_settings_of_earlier_runs_are_read_by_their_former_names():
    old = {"name": "old", "epochs": 1, "augmentation": "strong", "gentle": 0.4, "unknown_kinds": ""}
    recipe = Recipe.from_json(old)
    assert (recipe.warp_only, recipe.excluded_kinds) == (0.4, "")
    assert recipe == Recipe.from_json(recipe.to_json())


def test_settings_of_another_version_are_refused():
    with pytest.raises(UsageError, match="expected the settings of a recipe"):
        Recipe.from_json({"name": "old", "epochs": 1, "momentum": 0.9})
