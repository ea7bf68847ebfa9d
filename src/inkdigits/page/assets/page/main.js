/** The page: connects the sheet, the pens, the reader and the panel. */

import { measureOutside } from "./drawing/coverage.js";
import { attachKeyboardPen } from "./drawing/keyboard-pen.js";
import { attachPointerPen } from "./drawing/pointer-pen.js";
import { History } from "./drawing/history.js";
import { Sheet } from "./drawing/sheet.js";
import { saveJson, savePng } from "./downloads.js";
import { attachPages, attachPenWidth, attachShortcuts, fillChoice } from "./controls.js";
import { attachPictures } from "./pictures.js";
import { PictureView } from "./picture-view.js";
import { capabilities, read } from "./reader.js";
import { BoxLayer } from "./reading/boxes.js";
import { LiveReading } from "./reading/live-reading.js";
import { ReadingPanel } from "./reading/reading-panel.js";
import { describeError, summarise } from "./reading/words.js";
import { attachTheme } from "./theme.js";
import { askForToken } from "./token-dialog.js";

const PAUSE = 120; // milliseconds without a new point until the unfinished stroke is read
const SHORT_PAUSE = 15; // after a finished stroke or a choice; several changes at once are read once
// Share of a drawing outside the boxes of its digits from which this is said. Of 20 numbers nothing was outside; of 40 scribbles
// some were read as a small digit, and then 28 to 65%.
const MOST_OUTSIDE = 0.2;
const QUIET = 900; // milliseconds without a change until the reading is said to screen readers

const find = (id) => document.getElementById(id);

const history = new History();
const sheet = new Sheet(find("sheet"), history);
const picture = new PictureView(find("frame"), find("picture"), find("no-preview"));
const boxes = new BoxLayer(find("boxes"));
const panel = new ReadingPanel(find("answer"), invite(), (index) => boxes.mark(index));
const penWidth = attachPenWidth(find("pen-width"), find("pen-dot"));
const layout = fillChoice(find("layout"), find("layout-option"), capabilities.layouts, changeOptions);
const ink = fillChoice(find("ink"), find("ink-option"), capabilities.inks, changeOptions);
const pages = attachPages(find("page"), find("page-option"), find("page-count"), changeOptions);

find("hint-picture").hidden = !capabilities.pictures;

let reading = null; // of what is on the sheet now, or null
let announcing = null;
let isTokenDeclined = false; // then one is not asked again with every stroke

const live = new LiveReading({
  read: (signal) => {
    const shown = history.current.picture;
    const options = { layout: layout(), ink: shown ? ink() : capabilities.inks[0], page: pages.get() };
    return read(shown ? shown.blob : sheet.renderForReader(), options, signal);
  },
  onReading: ({ nPages, ...answer }) => {
    pages.offer(nPages);
    reading = answer;
    picture.setSize(answer);
    boxes.show(answer, history.current.picture === null);
    const isPartial = isReadInPart(answer);
    panel.show(answer, isPartial);
    const { headline, verdict } = summarise(answer, isPartial);
    announceLater(headline && headline !== "?" ? `Reads ${headline.replaceAll("\n", ", ")}. ${verdict}` : verdict);
  },
  onError: (error, pause) => {
    panel.showError(error, pause);
    const { headline, text } = describeError(error, pause);
    announceLater(`${headline} ${text}`);
    if (error.kind === "token") {
      find("enter-token").hidden = false;
      if (!isTokenDeclined) {
        enterToken();
      }
    }
  },
});

/** Say on the sheet what one can do here; return what the panel says meanwhile. */
function invite() {
  const isForNumbers = capabilities.layouts.length > 1;
  find("hint-text").textContent = isForNumbers ? "Write a number here" : "Write a digit here";
  return "The reading appears here as you write.";
}

/** Return whether much of the drawing lies outside the digits that were read. */
function isReadInPart({ width, digits }) {
  const unit = sheet.width / width; // units of the sheet per pixel that was read
  const found = digits.filter(({ rejected }) => rejected !== "blank").map(({ box }) => box.map((value) => value * unit));
  return found.length > 0 && measureOutside(history.strokes, found) > MOST_OUTSIDE;
}

function announce(text) {
  find("announcement").textContent = text;
}

function announceLater(text) {
  clearTimeout(announcing);
  announcing = setTimeout(announce, QUIET, text);
}

/** Take the reading away, because it is older than the sheet, and read again after a pause. */
function update(pause) {
  reading = null;
  clearTimeout(announcing);
  boxes.show(null, true);
  find("enter-token").hidden = true;
  find("hint").hidden = !history.isBlank;
  find("undo").disabled = !history.canUndo && !history.draft;
  find("redo").disabled = !history.canRedo || history.draft !== null;
  find("clear").disabled = history.isBlank;
  if (history.isBlank) {
    live.stop();
    panel.showEmpty();
  } else {
    panel.showReading();
    live.change(pause);
  }
}

async function enterToken() {
  isTokenDeclined = !(await askForToken());
  if (!isTokenDeclined) {
    changeOptions();
  }
}

function changeOptions() {
  update(SHORT_PAUSE);
}

history.addEventListener("draft", () => update(PAUSE));
history.addEventListener("change", () => {
  const shown = history.current.picture;
  if (picture.show(shown)) {
    pages.reset();
  }
  find("ink-option").hidden = !shown || capabilities.inks.length < 2;
  update(SHORT_PAUSE);
});

const pens = { penWidth: penWidth.get, announce };
attachPointerPen(sheet, penWidth.get);
attachKeyboardPen(sheet, find("cursor"), pens);
attachTheme(document.querySelectorAll("input[name=theme]"), () => sheet.repaint());

function clear() {
  if (!history.isBlank) {
    history.clear();
    announce("Sheet cleared");
  }
}

find("undo").addEventListener("click", () => history.undo());
find("redo").addEventListener("click", () => history.redo());
find("clear").addEventListener("click", clear);
attachShortcuts(find("sheet"), {
  undo: () => history.undo(),
  redo: () => history.redo(),
  open: () => capabilities.pictures && find("picture-file").click(),
  clear,
  thicker: () => penWidth.change(2),
  thinner: () => penWidth.change(-2),
});

if (capabilities.pictures) {
  attachPictures(find("frame"), (file) => history.placePicture({ blob: file, name: file.name }));
} else {
  find("picture-tools").hidden = true;
  for (const row of document.querySelectorAll(".of-pictures")) {
    row.hidden = true;
  }
}

// A box of a picture leads to the card of its digit; on a drawing one writes.
find("sheet").addEventListener("click", (event) => {
  const index = history.current.picture ? boxes.find(event) : null;
  if (index !== null) {
    panel.point(index);
  }
});

find("copy-text").hidden = !navigator.clipboard;
find("copy-text").addEventListener("click", async () => {
  const label = find("copy-text").querySelector("span");
  await navigator.clipboard.writeText(reading.text);
  announce("Copied");
  label.textContent = "Copied";
  setTimeout(() => (label.textContent = "Copy text"), 1500);
});
find("save-json").addEventListener("click", () => saveJson(reading, history.current.picture?.name || "drawing"));
find("enter-token").addEventListener("click", enterToken);
find("save-png").addEventListener("click", () => {
  savePng(history.current.picture ? picture.image : sheet.render(1), reading);
});

find("open-help").addEventListener("click", () => find("help").showModal());
find("close-help").addEventListener("click", () => find("help").close());

find("privacy").textContent = capabilities.isLocal
  ? "Everything happens in this browser: nothing leaves your device."
  : "What you write is sent to this service and to nobody else. It is not stored.";
if (!capabilities.notDigit) {
  find("privacy").textContent += " The network reads one digit at a time and knows nothing else: it takes a scribble, or two "
    + "digits, for one of the ten.";
}

update(SHORT_PAUSE);
