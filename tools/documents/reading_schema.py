"""The fields of a reading in JSON, as tables and as a JSON schema."""

import json

import msgspec

from inkdigits.recognition.reading_json import (
    JsonDigit,
    JsonExpectation,
    JsonFailure,
    JsonMatch,
    JsonNumber,
    JsonPicture,
)


def tables() -> str:
    """Return a Markdown table of the fields of each kind of object."""
    picture = _descriptions(JsonPicture)
    picture = {"picture": picture["picture"], **picture, "error": _descriptions(JsonFailure)["error"]}
    rows = {
        "a picture": picture,
        "a number": _descriptions(JsonNumber),
        "`match`": _descriptions(JsonMatch),
        "`expected`": _descriptions(JsonExpectation),
        "a digit": _descriptions(JsonDigit),
    }
    return "\n\n".join(
        "\n".join(
            [
                f"| field of {name} | meaning |",
                "| --- | --- |",
                *(f"| `{field}` | {text} |" for field, text in fields.items()),
            ]
        )
        for name, fields in rows.items()
    )


def schema() -> str:
    """Return the JSON schema of one object that ``inkdigits read --format jsonl`` prints."""
    kinds, definitions = msgspec.json.schema_components(
        [JsonPicture, JsonFailure], ref_template="#/$defs/{name}"
    )
    found = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Output of inkdigits read for one picture",
        "anyOf": list(kinds),
        "$defs": definitions,
    }
    return json.dumps(found, indent=2) + "\n"


def _descriptions(kind: type) -> dict[str, str]:
    (_,), definitions = msgspec.json.schema_components([kind])
    properties = definitions[kind.__name__]["properties"]
    return {name: each.get("description", "") for name, each in properties.items()}
