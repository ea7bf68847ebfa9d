import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.service.v1.conftest import Service, run_service

from inkdigits.recognition.numbers.lexicon import Roster
from inkdigits.service.resources import Resources
from inkdigits.service.settings import Settings
from inkdigits.service.v1 import create_application
from inkdigits.service.v1.query import ReadingQuery

pytestmark = pytest.mark.xdist_group("service-v1")

TOKEN = "secret-of-the-test"
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def document(service: Service) -> dict[str, Any]:
    return service.client.get("/openapi.json").json()


def make_validator(document: dict[str, Any], schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**schema, "components": document["components"]})


def list_operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_the_document_is_openapi_3_1_and_has_the_paths(document: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d", document["openapi"])
    assert document["servers"] == [{"url": "."}]  # beside the document, also below the prefix of a proxy
    assert {path: list(operations) for path, operations in document["paths"].items()} == {
        "/v1/read": ["post"], "/v1/models": ["get"], "/v1/rosters": ["get"],
    }  # fmt: skip


def test_the_schema_of_a_reading_is_that_of_the_command(document: dict[str, Any]) -> None:
    published = json.loads((ROOT / "docs/reference/reading.schema.json").read_text("utf-8"))["$defs"]
    found = json.loads(
        json.dumps(document["components"]["schemas"]).replace("#/components/schemas/", "#/$defs/")
    )
    shared = set(published) & set(found)
    assert {"JsonDigit", "JsonNumber", "JsonMatch", "JsonExpectation", "JsonAlternative"} <= shared
    assert all(found[name] == published[name] for name in shared)
    picture = published["JsonPicture"]
    reading = found["JsonReading"]
    del picture["properties"]["picture"]
    assert reading["properties"] == picture["properties"]
    assert [*reading["required"], "picture"] == picture["required"]


def test_answers_have_the_published_schemas(document: dict[str, Any], service: Service, seven: bytes) -> None:
    answers = {
        ("/v1/read", "post"): service.read(seven, "?images=true&roster=pupils&expect=7"),
        ("/v1/models", "get"): service.client.get("/v1/models"),
        ("/v1/rosters", "get"): service.client.get("/v1/rosters"),
    }
    for (path, method), answer in answers.items():
        response = document["paths"][path][method]["responses"]["200"]
        schema = response["content"]["application/json"]["schema"]
        make_validator(document, schema).validate(answer.json())
        broken = {**answer.json()}
        broken.popitem()
        assert not make_validator(document, schema).is_valid(broken)


def test_every_answer_has_examples_in_its_schema(document: dict[str, Any]) -> None:
    n_examples = 0
    for operation in list_operations(document):
        for status, response in operation["responses"].items():
            content = response["content"]["application/json"]
            assert content["examples"], status
            for example in content["examples"].values():
                make_validator(document, content["schema"]).validate(example["value"])
                n_examples += 1
    assert n_examples > 12


def test_every_status_that_a_reading_can_have_is_described(document: dict[str, Any]) -> None:
    responses = document["paths"]["/v1/read"]["post"]["responses"]
    assert set(responses) == {"200", "400", "408", "413", "415", "422", "429", "503", "504"}
    assert "Page-Count" in responses["200"]["headers"]
    for status in ("429", "503"):
        assert "Retry-After" in responses[status]["headers"]


def test_every_option_is_described_with_its_limits(document: dict[str, Any]) -> None:
    parameters = {each["name"]: each for each in document["paths"]["/v1/read"]["post"]["parameters"]}
    assert list(parameters) == list(ReadingQuery.model_fields)
    assert all(each["description"].endswith(".") for each in parameters.values())
    assert all("null" not in json.dumps(each["schema"]) for each in parameters.values())
    assert parameters["model"]["schema"]["enum"] == ["accurate", "compact", "classic", "quick"]
    assert parameters["roster"]["schema"]["enum"] == ["pupils"]
    assert (parameters["length"]["schema"]["minimum"], parameters["length"]["schema"]["maximum"]) == (1, 100)
    pattern = re.compile(parameters["digits"]["schema"]["pattern"])
    for text, is_valid in (
        ("1-9", True),
        ("0,5", True),
        ("123", True),
        ("9-1", False),
        ("", False),
        ("1-", False),
    ):
        assert (pattern.search(text) is not None) == is_valid


def test_the_body_is_a_form_or_a_picture(document: dict[str, Any]) -> None:
    body = document["paths"]["/v1/read"]["post"]["requestBody"]
    assert body["required"] is True
    assert list(body["content"]) == [
        "multipart/form-data", "image/*", "application/pdf", "application/octet-stream",
    ]  # fmt: skip
    assert body["content"]["multipart/form-data"]["schema"]["required"] == ["picture"]


def test_a_service_without_rosters_and_with_a_token_says_so() -> None:
    application = create_application(Resources(Settings(token=TOKEN)))
    document = application.openapi()
    assert document["security"] == [{"bearer": []}]
    assert document["components"]["securitySchemes"] == {"bearer": {"type": "http", "scheme": "bearer"}}
    assert all("401" in operation["responses"] for operation in list_operations(document))
    assert TOKEN not in json.dumps(document)
    names = [each["name"] for each in document["paths"]["/v1/read"]["post"]["parameters"]]
    assert "roster" not in names


def test_names_that_are_known_later_are_in_the_next_document() -> None:
    """While the service starts, the document can be asked for already."""
    resources = Resources(Settings())
    application = create_application(resources)

    def list_names() -> set[str]:
        return {each["name"] for each in application.openapi()["paths"]["/v1/read"]["post"]["parameters"]}

    assert not {"roster", "model"} & list_names()
    resources.rosters["pupils"] = Roster(["1"])
    assert list_names() - {"model"} == set(ReadingQuery.model_fields) - {"model"}


def test_the_commands_of_the_description_work(service: Service) -> None:
    """The first command, and the Python program."""
    description = service.client.get("/openapi.json").json()["info"]["description"]
    program = (
        description.partition("```python\n")[2]
        .partition("```")[0]
        .replace("http://127.0.0.1:8000", service.url)
    )
    program = program.replace("line.jpg", str(ROOT / "samples/seven.png")).replace("print(", "result.append(")
    result: list[str] = []
    exec(program, {"result": result})
    assert result == ["7"]
    assert "curl -F picture=@seven.png http://127.0.0.1:8000/v1/read\n" in description


def test_a_token_is_needed_to_read_but_not_for_the_document(seven: bytes) -> None:
    with run_service(token=TOKEN) as service:
        assert service.client.get("/openapi.json").status_code == 200
        assert service.client.get("/docs").status_code == 200
        assert service.read(seven).status_code == 401
        assert service.client.get("/v1/models").status_code == 401
        service.client.headers["Authorization"] = f"Bearer {TOKEN}"
        assert service.read(seven).json()["text"] == "7"
