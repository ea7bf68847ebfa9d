import pytest

from inkdigits.reporting.document import (
    Block,
    Document,
    FigureBlock,
    Paragraph,
    Section,
    Source,
    Sources,
    Span,
    TableBlock,
    cite,
    code,
    figure,
    prose,
    strong,
    table,
)


def document(*blocks: Block) -> Document:
    return Document("title", "subtitle", ("by",), (), (Section("only", "Only", blocks),), "2025-03-01")


def test_prose_keeps_what_comes_from_outside_as_text() -> None:
    spans = prose("a {} b {}", strong("{bold}"), "<i>{}</i>")
    assert [(span.text, span.style) for span in spans] == [
        ("a ", "plain"),
        ("{bold}", "strong"),
        (" b ", "plain"),
        ("<i>{}</i>", "plain"),
    ]


def test_prose_lets_no_line_end_at_a_times_sign() -> None:
    assert prose("{} and 3 × 3", "28 × 28") == (Span("28\xa0×\xa028"), Span(" and 3\xa0×\xa03"))


def test_figures_tables_and_sources_are_counted_in_reading_order() -> None:
    numbered = document(
        Paragraph(prose("{} {} {} {}", figure("second"), table("one"), cite("b"), cite("a"))),
        FigureBlock("first", prose("see {}", cite("b")), "alternative"),
        FigureBlock("second", (), "alternative"),
        TableBlock("one", (), ("x",), ("left",), ((prose("{}", code("y")),),)),
        Sources((Source("a", ()), Source("unused", ()), Source("b", ()))),
    ).numbered()
    paragraph, first, second, only, sources = numbered["sections"][0]["blocks"]
    texts = [span["text"] for span in paragraph["spans"] if span["style"] != "plain"]
    assert texts == ["Figure\xa02", "Table\xa01", "[1]", "[2]"]
    assert (first["number"], second["number"], only["number"]) == (1, 2, 1)
    assert [(source["name"], source["number"]) for source in sources["items"]] == [("b", 1), ("a", 2)]


@pytest.mark.parametrize("pointer", [figure("nowhere"), table("nowhere"), cite("nowhere")])
def test_a_pointer_to_nothing_is_a_mistake(pointer: Span) -> None:
    with pytest.raises(KeyError, match="nowhere"):
        document(Paragraph((pointer,))).numbered()
