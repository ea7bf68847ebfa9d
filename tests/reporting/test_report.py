import base64
import hashlib
import html.parser
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pypdfium2
import pytest
from click.testing import CliRunner
from PIL import Image

from inkdigits.commands.report import command as report
from inkdigits.errors import MissingExtraError, OutputError, RunError
from inkdigits.reporting import write_report

pytestmark = pytest.mark.slow

MakeRun = Callable[..., Path]
FIGURES = {
    "examples",
    "class_balance",
    "learning_curves",
    "filters",
    "recall_by_digit",
    "confusion_matrix",
    "predictions",
    "confidence",
    "mistakes",
}
SECTIONS = [
    "overview",
    "data",
    "method",
    "results",
    "mistakes",
    "limitations",
    "reproduce",
    "credits",
]
VOID = {"meta", "img", "br", "hr", "link", "input"}


class Page(html.parser.HTMLParser):
    """What a page holds; an unclosed or misnested element fails."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.pointers: list[str] = []
        self.sources: list[str] = []
        self.names: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.names.append(tag)
        values = dict(attrs)
        if "id" in values:
            self.ids.append(str(values["id"]))
        if str(values.get("href", "")).startswith("#"):
            self.pointers.append(str(values["href"])[1:])
        elif "href" in values:
            assert tag == "a"
        for name in ("src", "srcset", "data", "poster"):
            if name in values:
                self.sources.append(str(values[name]))
        if tag == "img":
            assert values.get("alt")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def page_of(run: Path) -> Page:
    return Page((run / "report.html").read_text("utf-8"))


def pdf_text(run: Path) -> str:
    document = pypdfium2.PdfDocument(run / "report.pdf")
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return " ".join(" ".join(pages).replace("\xa0", " ").split())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, fabricate: MakeRun) -> Path:
    run = fabricate(tmp_path_factory.mktemp("reporting") / "run")
    write_report(run)
    return run


def test_every_file_is_there_and_in_the_manifest(written: Path) -> None:
    manifest = json.loads((written / "manifest.json").read_text())
    expected = {"report.html", "report.pdf", *(f"figures/{name}.png" for name in FIGURES)}
    assert expected <= set(manifest)
    for name, entry in manifest.items():
        assert hashlib.sha256((written / name).read_bytes()).hexdigest() == entry["sha256"]
    present = {path.relative_to(written).as_posix() for path in written.rglob("*") if path.is_file()}
    assert present == set(manifest) | {"manifest.json"}


def test_the_figures_are_pictures_with_something_on_them(written: Path) -> None:
    for name in FIGURES:
        with Image.open(written / "figures" / f"{name}.png") as picture:
            assert picture.width >= 900
            darkest, lightest = picture.convert("L").getextrema()
            assert darkest < 120 < lightest


def test_the_page_is_well_formed_complete_and_self_contained(written: Path) -> None:
    page = page_of(written)
    assert [name for name in page.ids if name in SECTIONS] == SECTIONS
    assert len(page.ids) == len(set(page.ids))
    assert set(page.pointers) <= set(page.ids)
    assert {f"figure-{name}" for name in FIGURES} <= set(page.ids)
    assert not {"script", "link", "iframe", "object"} & set(page.names)
    assert len(page.sources) == len(FIGURES)
    assert all(source.startswith("data:image/svg+xml;base64,") for source in page.sources)
    style = re.findall(r"<style>(.*?)</style>", (written / "report.html").read_text("utf-8"), re.DOTALL)
    assert "url(" not in style[0]
    assert "@import" not in style[0]


def test_every_figure_and_table_is_pointed_to_in_the_words(written: Path) -> None:
    page = page_of(written)
    shown = {name for name in page.ids if name.startswith(("figure-", "table-", "source-"))}
    assert shown == {name for name in page.pointers if name not in SECTIONS}


def test_the_inlined_figures_load_nothing(written: Path) -> None:
    for source in page_of(written).sources:
        svg = base64.b64decode(source.partition(",")[2])
        for element in ElementTree.fromstring(svg).iter():
            for name, value in element.attrib.items():
                if name.endswith("href"):
                    assert value.startswith(("#", "data:image/png;base64,"))


def test_page_and_pdf_tell_the_figures_of_the_evaluation(written: Path) -> None:
    figures = json.loads((written / "evaluation.json").read_text())
    low, high = figures["accuracy_interval"]
    expected = [
        f"{figures['accuracy']:.2%}",
        f"{low:.2%} to {high:.2%}",
        f"{figures['loss']:.4f}",
        f"{figures['ece']:.2%}",
        f"{figures['without_label_errors']['accuracy']:.2%}",
        *(f"{row['f1']:.4f}" for row in figures["per_class"]),
        *(f"{figures[name]['precision']:.4f}" for name in ("macro_average", "weighted_average")),
        "34,826",
        "26 × 26 × 32",
        "Number of passes over the training images.",
        "inkdigits train --recipe fast --seed 1",
        "Northcutt",
    ]
    for text in (page_of(written).text.replace("\xa0", " "), pdf_text(written)):
        assert [words for words in expected if words not in text] == []


def test_the_confusion_matrix_holds_every_count(written: Path) -> None:
    """The heatmap's numbers, read back from the figure itself."""
    from inkdigits.reporting.content import build_document, draw_figures
    from inkdigits.reporting.run import Run

    run = Run.load(written)
    axes = draw_figures(run, build_document(run))["confusion_matrix"].axes[0]
    written_counts = sorted(int(text.get_text()) for text in axes.texts if text.get_text())
    counts = [count for row in run.evaluation.confusion_matrix for count in row if count]
    assert written_counts == sorted(counts)


def test_the_most_frequent_confusion_is_told_in_words(written: Path) -> None:
    matrix = json.loads((written / "evaluation.json").read_text())["confusion_matrix"]
    n, true, read = max((matrix[t][r], -t, -r) for t in range(10) for r in range(10) if t != r)
    assert f"The most frequent confusions: {-true} was read as {-read}" in page_of(written).text
    assert n > 1


def test_the_pdf_is_tagged_titled_and_of_a_few_pages(written: Path) -> None:
    document = pypdfium2.PdfDocument(written / "report.pdf")
    try:
        assert document.get_metadata_value("Title") == "Handwritten digit recognition"
        assert document.is_tagged()
        assert 5 <= len(document) <= 12
    finally:
        document.close()


def test_the_command_writes_it_again_to_the_same_bytes(written: Path) -> None:
    before = (written / "manifest.json").read_bytes()
    result = CliRunner().invoke(report, [str(written)], catch_exceptions=False)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        str(written / "report.html"),
        str(written / "report.pdf"),
        f"{written / 'figures'} (9 figures)",
    ]
    assert (written / "manifest.json").read_bytes() == before


def test_a_user_s_own_data_without_any_luxury(make_run: MakeRun) -> None:
    run = make_run(
        data="my <b>digits</b> & {more}",
        validation=False,
        filters=False,
        label_errors=False,
        descriptions=False,
        error_rate=0.01,
        n_test=300,
        threshold=0.7,
    )
    files = write_report(run)
    assert run / "figures" / "filters.png" not in files
    page = page_of(run)
    assert "my <b>digits</b> & {more}" in page.text
    assert "high-school students" not in page.text
    assert "label errors" not in page.text
    assert "monitoring the training" not in page.text
    assert "No validation images were held out" in page.text
    assert "figure-filters" not in page.ids
    assert "With the confidence threshold 0.7" in page.text
    assert "my <b>digits</b> & {more}" in pdf_text(run)


def test_no_mistake_and_a_digit_that_neither_part_has(make_run: MakeRun) -> None:
    run = make_run(error_rate=0.0, label_errors=False, n_test=200, without_digit=7)
    files = write_report(run)
    assert run / "figures" / "mistakes.png" not in files
    text = page_of(run).text
    assert "100.00%" in text
    assert "There are no mistakes" in text
    assert "There are no training images of 7" in text
    assert "100.00%" in pdf_text(run)


@pytest.mark.parametrize(
    "name", ["config.json", "environment.json", "history.csv", "evaluation.json", "arrays.npz"]
)
@pytest.mark.parametrize("damage", ["missing", "cut off", "empty", "folder"])
def test_a_damaged_run_is_refused_in_one_line_and_left_alone(
    make_run: MakeRun, name: str, damage: str
) -> None:
    run = make_run(n_test=100, label_errors=False)
    path = run / name
    whole = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes(whole[: 40 if damage == "cut off" else 0])
    before = sorted(run.rglob("*"))
    with pytest.raises(RunError) as caught:
        write_report(run)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)
    assert sorted(run.rglob("*")) == before


def test_files_that_disagree_are_refused(make_run: MakeRun) -> None:
    run = make_run(n_test=100, label_errors=False)
    evaluation = json.loads((run / "evaluation.json").read_text())
    evaluation["n"] = 99
    (run / "evaluation.json").write_text(json.dumps(evaluation))
    with pytest.raises(RunError, match="99 test images"):
        write_report(run)


def test_an_array_file_of_another_kind_is_refused(make_run: MakeRun) -> None:
    run = make_run(n_test=100, label_errors=False)
    with (run / "arrays.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(RunError, match=r"arrays\.npz is damaged"):
        write_report(run)


def test_no_such_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="the folder does not exist"):
        write_report(tmp_path / "none")


def test_a_figure_folder_that_cannot_be_made(make_run: MakeRun) -> None:
    run = make_run(n_test=100, label_errors=False)
    (run / "figures").write_text("in the way")
    with pytest.raises(OutputError, match="figures"):
        write_report(run)
    assert not list(run.rglob(".*"))


def test_the_limitation_on_non_digits_depends_on_the_outputs_of_the_network(make_run: MakeRun) -> None:
    run = make_run(n_test=100, label_errors=False)
    write_report(run)
    text = page_of(run).text
    assert "Non-digits are not rejected." in text
    assert "is_digit" not in text
    config = json.loads((run / "config.json").read_text())
    config["layers"].append({"name": "is_digit", "type": "Dense", "output_shape": [1], "parameters": 11})
    (run / "config.json").write_text(json.dumps(config))
    write_report(run)
    text = page_of(run).text
    assert "Non-digits are not rejected." not in text
    assert "the output is_digit, the probability that the image is a digit at all" in text


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "seaborn", None)
    with pytest.raises(MissingExtraError, match=r"the report needs .*seaborn.*inkdigits\[report\]"):
        write_report(tmp_path)


def test_importing_the_package_is_light() -> None:
    code = (
        "import sys, inkdigits.reporting;"
        "print([m for m in ('matplotlib', 'seaborn', 'pandas', 'typst', 'jinja2', 'sklearn') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
