"""The report as a tree of blocks, independent of the output format. HTML and PDF are rendered from it.

A block contains text as spans, never as markup, so text from a run, such as a name or a command, cannot be
interpreted as markup in either format.
"""

import dataclasses
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

Style = Literal["plain", "strong", "emphasis", "code", "figure", "table", "citation", "link"]

_TIMES = "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Span:
    """A piece of text in one style.

    For the styles ``figure``, ``table`` and ``citation``, ``target`` is the name of the referenced item, and the text
    is set by `Document.numbered`. For ``link``, ``target`` is the URL.
    """

    text: str
    style: Style = "plain"
    target: str = ""


Alignment = Literal["left", "right"]
Prose: TypeAlias = tuple[Span, ...]


def strong(text: object) -> Span:
    """Return ``text`` in bold."""
    return Span(str(text), "strong")


def emphasis(text: object) -> Span:
    """Return ``text`` in italics."""
    return Span(str(text), "emphasis")


def code(text: object) -> Span:
    """Return ``text`` in a monospaced font."""
    return Span(str(text), "code")


def figure(name: str) -> Span:
    """Return a reference to the figure ``name``, rendered as "Figure 3"."""
    return Span("", "figure", name)


def table(name: str) -> Span:
    """Return a reference to the table ``name``, rendered as "Table 2"."""
    return Span("", "table", name)


def cite(name: str) -> Span:
    """Return a citation of the source ``name``, rendered as "[4]"."""
    return Span("", "citation", name)


def prose(template: str, *parts: object) -> Prose:
    """Return ``template`` with each ``{}`` replaced by one of ``parts``; spaces around × become non-breaking.

    Parameters
    ----------
    template
        Constant text, with a ``{}`` for each part.
    *parts
        Spans, or values that are formatted as plain text.
    """
    rest = iter(parts)
    spans: list[Span] = []
    for words, field, _, _ in string.Formatter().parse(template):
        if words:
            spans.append(Span(words.replace(" × ", _TIMES)))
        if field is not None:
            part = next(rest)
            spans.append(part if isinstance(part, Span) else Span(str(part).replace(" × ", _TIMES)))
    return tuple(spans)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    kind: ClassVar = "paragraph"
    spans: Prose


@dataclass(frozen=True)
class Bullets:
    """An unordered list."""

    kind: ClassVar = "bullets"
    items: tuple[Prose, ...]


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    kind: ClassVar = "heading"
    title: str


@dataclass(frozen=True)
class Listing:
    """A command line."""

    kind: ClassVar = "listing"
    text: str


@dataclass(frozen=True)
class Metric:
    """One number in large type, with a label above and a note below."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class Metrics:
    """Numbers in large type, side by side; the first one is the largest."""

    kind: ClassVar = "metrics"
    items: tuple[Metric, ...]


@dataclass(frozen=True)
class FigureBlock:
    """A figure with its caption.

    Attributes
    ----------
    name
        Its name in references, and the stem of its file name.
    caption
        The caption.
    alternative
        The alternative text for screen readers.
    width
        Share of the text width.
    number
        Set by `Document.numbered`, from 1.
    """

    kind: ClassVar = "figure"
    name: str
    caption: Prose
    alternative: str
    width: float = 1.0
    number: int = 0


@dataclass(frozen=True)
class TableBlock:
    """A table with its caption.

    Attributes
    ----------
    columns
        The column headings.
    alignments
        "left" or "right" for each column.
    rows, footer
        Cells; a line separates the footer from the rows.
    """

    kind: ClassVar = "table"
    name: str
    caption: Prose
    columns: tuple[str, ...]
    alignments: tuple[Alignment, ...]
    rows: tuple[tuple[Prose, ...], ...]
    footer: tuple[tuple[Prose, ...], ...] = ()
    number: int = 0


@dataclass(frozen=True)
class Source:
    """An entry of the list of references."""

    name: str
    text: Prose
    number: int = 0


@dataclass(frozen=True)
class Sources:
    """The list of references; only cited ones are rendered, in the order of their first citation."""

    kind: ClassVar = "sources"
    items: tuple[Source, ...]


Block: TypeAlias = Paragraph | Bullets | Heading | Listing | Metrics | FigureBlock | TableBlock | Sources


@dataclass(frozen=True)
class Section:
    """A numbered section."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """The whole report.

    Attributes
    ----------
    title, subtitle
        Title and subtitle.
    byline
        Short facts below the title: recipe, date, software.
    abstract
        The abstract, one paragraph.
    created
        Creation time of the run, ISO 8601.
    """

    title: str
    subtitle: str
    byline: tuple[str, ...]
    abstract: Prose
    sections: tuple[Section, ...]
    created: str

    def blocks(self) -> Iterable[Block]:
        """Yield every block in reading order."""
        for section in self.sections:
            yield from section.blocks

    def numbered(self) -> dict[str, Any]:
        """Return the document as JSON values, with figures and tables numbered and all references resolved.

        Raises
        ------
        KeyError
            If the target of a reference does not exist.
        """
        figures = [block.name for block in self.blocks() if isinstance(block, FigureBlock)]
        tables = [block.name for block in self.blocks() if isinstance(block, TableBlock)]
        known = [s.name for block in self.blocks() if isinstance(block, Sources) for s in block.items]
        cited = [span.target for span in _spans([self.abstract, self.sections]) if span.style == "citation"]
        numbers = {
            "figure": {name: f"Figure\N{NO-BREAK SPACE}{n}" for n, name in enumerate(figures, 1)},
            "table": {name: f"Table\N{NO-BREAK SPACE}{n}" for n, name in enumerate(tables, 1)},
            "citation": {name: f"[{n}]" for n, name in enumerate(dict.fromkeys(cited), 1)},
        }
        missing = set(cited) - set(known)
        if missing:
            raise KeyError(f"cited but not listed: {', '.join(sorted(missing))}")
        order = {name: n for n, name in enumerate(dict.fromkeys(cited), 1)}

        def plain(value: Any) -> Any:
            if isinstance(value, Span) and value.style in numbers:
                value = dataclasses.replace(value, text=numbers[value.style][value.target])
            elif isinstance(value, FigureBlock):
                value = dataclasses.replace(value, number=figures.index(value.name) + 1)
            elif isinstance(value, TableBlock):
                value = dataclasses.replace(value, number=tables.index(value.name) + 1)
            elif isinstance(value, Sources):
                items = [dataclasses.replace(s, number=order[s.name]) for s in value.items if s.name in order]
                value = Sources(tuple(sorted(items, key=lambda source: source.number)))
            if dataclasses.is_dataclass(value) and not isinstance(value, type):
                fields = {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
                return {"kind": value.kind, **fields} if hasattr(value, "kind") else fields
            return [plain(item) for item in value] if isinstance(value, tuple) else value

        result: dict[str, Any] = plain(self)
        return result


def _spans(values: Sequence[Any]) -> Iterable[Span]:
    """Yield every span within ``values`` in reading order."""
    for value in values:
        if isinstance(value, Span):
            yield value
        elif isinstance(value, tuple):
            yield from _spans(value)
        elif dataclasses.is_dataclass(value):
            yield from _spans([getattr(value, f.name) for f in dataclasses.fields(value)])
