"""How to reproduce the run: command, versions and files."""

from inkdigits.reporting.document import (
    Block,
    Listing,
    Paragraph,
    Section,
    TableBlock,
    code,
    prose,
    table,
)
from inkdigits.reporting.run import Run


def build_section(run: Run) -> Section:
    """Return the section on how to reproduce the run."""
    versions = run.environment.versions
    command = run.config.command
    same = prose(
        " The same recipe, seed, versions ({}) and machine give identical weights. On another machine rounding "
        "differs, so the last decimal places differ.",
        table("versions"),
    )
    origin: tuple[Block, ...]
    if command:
        origin = (
            Paragraph(prose("The run was started with the command below.") + same),
            Listing(str(command)),
        )
    else:
        started = prose(
            "The run was started from Python, with the recipe, the seed and the data in {}.",
            code("config.json"),
        )
        origin = (Paragraph(started + same),)
    check = prose(
        "The run directory contains all data of this report: {}, {}, {}, {} and {}; {} lists the "
        "SHA-256 of each file.",
        *(
            code(name)
            for name in (
                "config.json",
                "environment.json",
                "history.csv",
                "evaluation.json",
                "arrays.npz",
                "manifest.json",
            )
        ),
    )
    platform = run.environment.machine.platform
    rows = [*versions.items(), *([("platform", platform)] if platform else [])]
    return Section(
        "reproduce",
        "How to reproduce",
        (
            *origin,
            TableBlock(
                "versions",
                prose("Software versions of this run."),
                ("software", "version"),
                ("left", "left"),
                tuple((prose("{}", name), prose("{}", code(version))) for name, version in rows),
            ),
            Paragraph(check),
        ),
    )
