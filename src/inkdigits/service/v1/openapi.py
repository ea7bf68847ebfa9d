"""The OpenAPI document: what FastAPI finds in the routes, completed with bodies, answers, errors and examples.

The schemas of the answers are those of the records from which the answers are written, by msgspec.
"""

import copy
from typing import Any

import msgspec

from inkdigits.recognition.reading_json import JsonReading
from inkdigits.service.resources import Resources
from inkdigits.service.v1 import examples
from inkdigits.service.v1.records import Error, ModelList, RosterList
from inkdigits.service.v1.upload import FIELD, FORM_TYPE, OTHER_TYPES

DESCRIPTION = f"""\
Reads handwritten digits in pictures. Send a picture to `/v1/read`:

```sh
curl -F {FIELD}=@seven.png http://127.0.0.1:8000/v1/read
curl -F {FIELD}=@form.jpg 'http://127.0.0.1:8000/v1/read?layout=boxes&digits=1-6'
curl -H 'Content-Type: application/pdf' --data-binary @scan.pdf 'http://127.0.0.1:8000/v1/read?page=2'
```

```python
import httpx

with open("line.jpg", "rb") as file:
    answer = httpx.post("http://127.0.0.1:8000/v1/read", params={{"layout": "line"}}, files={{"{FIELD}": file}})
print(answer.raise_for_status().json()["text"])
```

Every error has the body `{{"error": "..."}}` with the reason in one line."""

_BEARER = "bearer"
"""Name of the security scheme."""

_BINARY: dict[str, Any] = {"type": "string", "format": "binary", "minLength": 1}

_PICTURE_BODY = {
    "required": True,
    "description": "A picture (PNG, JPEG, WebP, BMP, GIF, TIFF, and HEIC where it is installed) or a PDF where it "
    "is installed. The format is found in its first bytes.",
    "content": {
        FORM_TYPE: {
            "schema": {
                "type": "object",
                "properties": {FIELD: {**_BINARY, "description": "The file."}},
                "required": [FIELD],
                "additionalProperties": False,
            },
            "encoding": {FIELD: {"contentType": f"image/*, {', '.join(OTHER_TYPES)}"}},
        },
        **{kind: {"schema": _BINARY} for kind in ("image/*", *OTHER_TYPES)},
    },
}


def _describe_answer(
    record: type, description: str, example: Any, **headers: dict[str, Any]
) -> dict[str, Any]:
    content = {"schema": {"$ref": f"#/components/schemas/{record.__name__}"}, "examples": example}
    found: dict[str, Any] = {"description": description, "content": {"application/json": content}}
    if headers:
        found["headers"] = {name.replace("_", "-"): header for name, header in headers.items()}
    return found


def _describe_errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    retry = {"description": "Seconds after which to try again.", "schema": {"type": "integer", "minimum": 0}}
    return {
        status: _describe_answer(
            Error,
            examples.ERRORS[status].description,
            {name: {"value": {"error": text}} for name, text in examples.ERRORS[status].messages.items()},
            **({"Retry_After": retry} if status in (429, 503) else {}),
        )
        for status in statuses
    }


READ: dict[str, Any] = {
    "summary": "Read the digits in a picture",
    "operation_id": "read",
    "tags": ["reading"],
    "openapi_extra": {"requestBody": _PICTURE_BODY},
    "responses": {
        200: _describe_answer(
            JsonReading,
            "The reading: all digits, and the numbers that they form.",
            {},  # see `complete`
            Page_Count={
                "description": "Number of pages of the PDF or TIFF; 1 for other pictures.",
                "schema": {"type": "integer", "minimum": 1},
            },
        ),
        **_describe_errors(400, 408, 413, 415, 422, 429, 503, 504),
    },
}
"""What FastAPI does not find in the function of ``POST /v1/read``."""

MODELS: dict[str, Any] = {
    "summary": "List the classifiers",
    "operation_id": "list_models",
    "tags": ["names"],
    "responses": {
        200: _describe_answer(
            ModelList, "The classifiers, the most accurate first.", {"models": {"value": examples.MODELS}}
        )
    },
}
"""The same of ``GET /v1/models``."""

ROSTERS: dict[str, Any] = {
    "summary": "List the lists of possible numbers",
    "operation_id": "list_rosters",
    "tags": ["names"],
    "responses": {
        200: _describe_answer(
            RosterList, "The lists of possible numbers.", {"rosters": {"value": examples.ROSTERS}}
        )
    },
}
"""The same of ``GET /v1/rosters``."""


def complete(document: dict[str, Any], resources: Resources) -> dict[str, Any]:
    """Complete a document with the schemas of the records, the names that can be chosen, and the token.

    Parameters
    ----------
    document
        The document that FastAPI makes.
    resources
        What the routes use.

    Returns
    -------
    dict
        A new document.
    """
    _, schemas = msgspec.json.schema_components(
        [JsonReading, ModelList, RosterList, Error], ref_template="#/components/schemas/{name}"
    )
    completed = {**copy.deepcopy(document), "components": {"schemas": schemas}}
    # Not with the others: FastAPI drops fields that are null.
    reading = completed["paths"]["/v1/read"]["post"]["responses"]["200"]["content"]["application/json"]
    reading["examples"] = {name: {"value": value} for name, value in examples.READINGS.items()}
    operations = [operation for path in completed["paths"].values() for operation in path.values()]
    names = {"model": list(resources.models), "roster": list(resources.rosters)}
    for operation in operations:
        for parameter in list(operation.get("parameters", ())):
            offered = names.get(parameter["name"])
            if offered:
                parameter["schema"]["enum"] = offered
            elif offered is not None:  # nothing to choose from
                operation["parameters"].remove(parameter)
    if resources.settings.token is not None:
        completed["components"]["securitySchemes"] = {_BEARER: {"type": "http", "scheme": "bearer"}}
        completed["security"] = [{_BEARER: []}]
        for operation in operations:
            operation["responses"].update({str(k): v for k, v in _describe_errors(401).items()})
    return completed
