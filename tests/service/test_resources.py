"""What the routes use."""

from pathlib import Path

import pytest

from inkdigits.recognition.engines.registry import shipped_models
from inkdigits.service.resources import find_classifiers


@pytest.mark.parametrize("model", [None, "quick", "misspelt"])
def test_the_shipped_classifiers_are_served(model):
    assert find_classifiers(model) == shipped_models()


def test_a_classifier_of_the_user_is_served_first_by_the_name_of_its_file():
    found = find_classifiers("runs/mine/model.onnx")
    assert list(found) == ["model", *shipped_models()]
    assert found["model"] == Path("runs/mine/model.onnx")


def test_a_classifier_of_the_user_replaces_a_shipped_one_of_its_name():
    found = find_classifiers("mine/quick.onnx")
    assert found["quick"] == Path("mine/quick.onnx")
    assert sorted(found) == sorted(shipped_models())
