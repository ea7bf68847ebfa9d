from typing import get_args

import pytest
from pydantic import ValidationError
from starlette.datastructures import QueryParams
from tests.service.v1.conftest import Service

from inkdigits.choices import INKS, LAYOUTS
from inkdigits.errors import UsageError
from inkdigits.files.limits import MAX_ROSTER_DIGITS
from inkdigits.service.refusals import Refusal
from inkdigits.service.v1.query import ReadingQuery, check_repeated

pytestmark = pytest.mark.xdist_group("service-v1")


def test_the_choices_are_those_of_the_reader() -> None:
    assert get_args(ReadingQuery.model_fields["layout"].annotation) == LAYOUTS
    assert get_args(ReadingQuery.model_fields["ink"].annotation) == INKS


def test_only_given_options_are_passed_on(service: Service) -> None:
    assert ReadingQuery().make_options(service.resources) == {}
    query = ReadingQuery(roster="pupils", model="quick", digits="1-3", length=2, page=4, images=True)
    assert query.make_options(service.resources) == {
        "roster_name": "pupils", "model": "quick", "digits": (1, 2, 3), "length": 2,
    }  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [("model", "accurate2"), ("roster", "pupil"), ("roster", "")])
def test_an_unknown_name_is_refused(name: str, value: str, service: Service) -> None:
    with pytest.raises(Refusal, match=rf"expected the name of a {name} \(.+\), but got '{value}'") as error:
        ReadingQuery(**{name: value}).make_options(service.resources)
    assert (error.value.status, error.value.reason) == (422, f"unknown_{name}")


@pytest.mark.parametrize(
    "wrong", [{"digits": "9-1"}, {"digits": ""}, {"expect": "7a"}, {"expect": ""}, {"expect": "٧"}]
)
def test_wrong_digits_are_refused_before_a_worker_gets_them(wrong: dict[str, str], service: Service) -> None:
    with pytest.raises(UsageError, match=r"^expected "):
        ReadingQuery(**wrong).make_options(service.resources)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("length", 0), ("length", MAX_ROSTER_DIGITS + 1), ("page", 0), ("page", 100_001),
        ("expect", "1" * (MAX_ROSTER_DIGITS + 1)), ("model", "m" * 101), ("roster", "r" * 101), ("digits", "1" * 41),
    ],
)  # fmt: skip
def test_options_have_limits(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        ReadingQuery(**{name: value})


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("length=0", "length: input should be greater than or equal to 1, but got 0"),
        ("length=", "length: input should be a valid integer"),
        ("length=%00", "length: input should be a valid integer"),
        (
            "layout=circle",
            "layout: input should be 'auto', 'digit', 'line', 'boxes' or 'page', but got circle",
        ),
        ("images=perhaps", "images: input should be a valid boolean"),
        ("lenght=3", "expected the options layout, length, roster, "),
        ("x" * 500, "expected the options layout, length, roster, "),
        ("digits=a", "expected digits such as 1-9 or 0,5, but got 'a'"),
        ("expect=a", "expected a number of the digits 0 to 9, but got 'a'"),
        ("layout=line&layout=page", "expected each option once, but got 'layout' several times"),
    ],
)
def test_a_wrong_query_is_refused_in_one_short_line(
    query: str, message: str, service: Service, seven: bytes
) -> None:
    answer = service.read(seven, f"?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(message)
    assert len(answer.json()["error"]) < 250


def test_a_repeated_option_is_refused_and_each_once_is_not() -> None:
    check_repeated(QueryParams("layout=line&length=2"))
    with pytest.raises(Refusal):
        check_repeated(QueryParams("layout=line&length=2&layout=line"))
