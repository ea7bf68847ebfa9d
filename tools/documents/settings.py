"""The table of a recipe's settings: the sentence of each field, as the report prints it."""

import dataclasses

from inkdigits.training.recipes import Recipe


def recipe() -> str:
    """Return a Markdown table with the default and the meaning of each setting."""
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for field in dataclasses.fields(Recipe):
        default = "required" if field.default is dataclasses.MISSING else f"`{field.default!r}`"
        rows.append(f"| `{field.name}` | {default} | {field.metadata['sentence']} |")
    return "\n".join(rows)
