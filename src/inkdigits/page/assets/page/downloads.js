/** Files of the reading: its JSON, and a PNG of the sheet with the boxes. */

import { characterOf } from "./reading/words.js";

const PAPER = "#ffffff";
const INK = "#17203d";
const ACCENT = "#c0311d"; // as in the light theme: a file has no theme
const LARGEST = 2000; // pixels of the longer side of the PNG
const SMALLEST = 800; // below it, boxes and characters would not fit: small pictures are enlarged

/**
 * Save the JSON of a reading, without the images.
 *
 * @param {object} reading
 * @param {string} picture Name of the picture.
 */
export function saveJson(reading, picture) {
  const digits = reading.digits.map(withoutImage);
  const numbers = reading.numbers.map((number) => ({ ...number, digits: number.digits.map(withoutImage) }));
  const text = `${JSON.stringify({ ...reading, digits, numbers, picture }, null, 2)}\n`;
  save(new Blob([text], { type: "application/json" }), "reading.json");
}

/**
 * Save a picture with the boxes of its reading.
 *
 * @param {HTMLCanvasElement|HTMLImageElement} picture A drawing in black on white, or a picture; of the shape that was read.
 * @param {object} reading
 */
export function savePng(picture, reading) {
  const [width, height] = [picture.naturalWidth || picture.width, picture.naturalHeight || picture.height];
  const canvas = document.createElement("canvas");
  const longest = Math.max(width, height);
  const scale = Math.min(LARGEST / longest, Math.max(1, SMALLEST / longest));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const factor = canvas.width / reading.width; // pixels of the file per pixel of the reading
  const context = canvas.getContext("2d");
  context.fillStyle = PAPER;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  if (picture instanceof HTMLCanvasElement) {
    context.globalCompositeOperation = "lighten"; // black becomes the colour of the ink
    context.fillStyle = INK;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.globalCompositeOperation = "source-over";
  }
  const line = Math.max(1, Math.max(canvas.width, canvas.height) / 500);
  for (const digit of reading.digits.filter(({ rejected }) => rejected !== "blank")) {
    const [x, y, wide, high] = digit.box.map((value) => value * factor);
    context.strokeStyle = context.fillStyle = ACCENT;
    context.lineWidth = line;
    context.setLineDash(digit.rejected === null ? [] : [3 * line, 3 * line]);
    context.strokeRect(x - 2 * line, y - 2 * line, wide + 4 * line, high + 4 * line);
    const size = Math.max(9 * line, Math.min(0.35 * high, 14 * line));
    context.font = `600 ${size}px sans-serif`;
    context.fillText(characterOf(digit), x, y - 4 * line);
  }
  canvas.toBlob((blob) => blob && save(blob, "reading.png"), "image/png");
}

function withoutImage({ image, ...digit }) {
  return digit;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // after the browser has read it
}
