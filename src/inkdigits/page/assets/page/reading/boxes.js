/** The boxes of the digits, over the drawing or the picture. */

import { svg } from "../elements.js";
import { characterOf } from "./words.js";

const SMALLEST = 13; // CSS pixels: height of a box below which no character fits above it
const GAP = 4; // CSS pixels between the ink and its box

export class BoxLayer {
  #reading = null;
  #isDrawing = true;

  /** @param {SVGSVGElement} layer Covers the sheet. */
  constructor(layer) {
    this.layer = layer;
    new ResizeObserver(() => this.#draw()).observe(layer);
  }

  /**
   * Show the boxes of a reading.
   *
   * @param {object|null} reading A reading, or null for no boxes.
   * @param {boolean} isDrawing Whether a drawing was read: when its sheet changes its shape, as if a phone is turned, it stays in
   *   the upper left corner, but a picture in the middle.
   */
  show(reading, isDrawing) {
    this.#reading = reading;
    this.#isDrawing = isDrawing;
    this.#draw();
  }

  /** Mark the box of one digit; null marks none. */
  mark(index) {
    for (const box of this.layer.querySelectorAll(".box")) {
      box.classList.toggle("is-marked", box.dataset.index === String(index));
    }
  }

  /** Return the index of the digit at a point of the window, or null. */
  find({ clientX, clientY }) {
    const point = new DOMPoint(clientX, clientY);
    for (const box of this.layer.querySelectorAll(".box")) {
      const { left, right, top, bottom } = box.querySelector("rect").getBoundingClientRect();
      if (left <= point.x && point.x <= right && top <= point.y && point.y <= bottom) {
        return Number(box.dataset.index);
      }
    }
    return null;
  }

  #draw() {
    this.layer.replaceChildren();
    if (!this.#reading) {
      return;
    }
    const { width, height, digits } = this.#reading;
    this.layer.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.layer.setAttribute("preserveAspectRatio", this.#isDrawing ? "xMinYMin meet" : "xMidYMid meet");
    const perPixel = Math.max(width / this.layer.clientWidth, height / this.layer.clientHeight);
    digits.forEach((digit, index) => {
      if (digit.rejected !== "blank" || digits.length > 1) {
        this.layer.append(buildBox(digit, index, perPixel));
      }
    });
  }
}

/** Return the box of a digit; `perPixel` is the number of units of the picture per CSS pixel. */
function buildBox(digit, index, perPixel) {
  const [x, y, width, height] = digit.box;
  const gap = Math.min(GAP * perPixel, 0.06 * height);
  const box = svg("g", { class: "box", "data-index": index, "data-rejected": digit.rejected });
  box.append(
    svg("rect", {
      x: x - gap,
      y: y - gap,
      width: width + 2 * gap,
      height: height + 2 * gap,
      rx: Math.min(4 * perPixel, width / 4),
    }),
  );
  if (height / perPixel >= SMALLEST && digit.rejected !== "blank") {
    const size = perPixel * Math.min(17, Math.max(10, (0.45 * height) / perPixel));
    const above = y - gap - 0.3 * size;
    const isAbove = above > size; // else on the left, or on the right at the edge of the sheet
    const place = isAbove ? { x, y: above } : { x: x > size ? x - gap - 0.75 * size : x + width + 2 * gap, y: y + size };
    box.append(svg("text", { ...place, "font-size": size }, characterOf(digit)));
  }
  return box;
}
