/** The canvas on which one writes: its coordinates, its painting, and the picture of it for the reader. */

import { Stroke, paintStroke } from "./stroke.js";

// Pixels of the picture for the reader, to which the pen of the sheet is scaled: of 40 scribbles drawn with a pen of 12 pixels, 14
// were read as small digits in the gaps between their lines; with one of 4 pixels 9, and all of 36 numbers were read right with both.
const PEN_WIDTH_IN_PICTURE = 4;
const LONGEST_SIDE = 800;
const SHORTEST_SIDE = 200; // of the longer side: thick pens leave enough pixels to a digit
const GREATEST_DENSITY = 3; // screen pixels per CSS pixel; more is invisible and costs memory

/**
 * The sheet. Its units are the CSS pixels of its size when the first stroke was begun. If its size changes later, such as when a
 * phone is turned, it is scaled so that all that was visible stays visible.
 */
export class Sheet {
  #context;
  #observer;
  #size = { width: 1, height: 1 }; // CSS pixels
  #painted = 0; // points of the draft that are painted

  /** CSS pixels per unit. */
  scale = 1;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./history.js").History} history
   */
  constructor(canvas, history) {
    this.canvas = canvas;
    this.history = history;
    this.#context = canvas.getContext("2d");
    this.#observer = new ResizeObserver(() => this.#measure());
    this.#observer.observe(canvas);
    history.addEventListener("change", () => this.repaint());
    history.addEventListener("draft", () => this.#paintDraft());
    this.#measure();
  }

  /** Width of the visible sheet, in units. */
  get width() {
    return this.#size.width / this.scale;
  }

  /** Height of the visible sheet, in units. */
  get height() {
    return this.#size.height / this.scale;
  }

  /** Return a new stroke for a pen of some width, in CSS pixels. */
  startStroke(penWidth) {
    return new Stroke(penWidth / this.scale, { width: this.width, height: this.height });
  }

  /** Return the point of the sheet, in units, at a point of the window, in CSS pixels. */
  locate({ clientX, clientY }) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: (clientX - left) / this.scale, y: (clientY - top) / this.scale };
  }

  /** Paint everything again; the colour is that of the canvas element. */
  repaint() {
    this.#fit();
    this.#prepare();
    this.#context.clearRect(0, 0, this.width, this.height);
    for (const stroke of this.history.strokes) {
      paintStroke(this.#context, stroke);
    }
    this.#painted = this.history.draft?.points.length ?? 0;
  }

  /**
   * Return the drawing as an opaque picture, black on white, in the size for the reader.
   *
   * @returns {HTMLCanvasElement}
   */
  renderForReader() {
    const longest = Math.max(this.width, this.height);
    const thinnest = Math.min(...this.history.strokes.map(({ width }) => width));
    const least = Math.max(SHORTEST_SIDE / longest, PEN_WIDTH_IN_PICTURE / thinnest);
    return this.render(Math.min(1, LONGEST_SIDE / longest, least));
  }

  /**
   * Return the drawing as an opaque picture, black on white.
   *
   * @param {number} factor Pixels per unit.
   * @returns {HTMLCanvasElement}
   */
  render(factor) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(this.width * factor));
    canvas.height = Math.max(1, Math.round(this.height * factor));
    const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.scale(factor, factor);
    context.strokeStyle = "#000";
    for (const stroke of this.history.strokes) {
      paintStroke(context, stroke);
    }
    return canvas;
  }

  #paintDraft() {
    const { draft } = this.history;
    if (this.#painted === 0 || !draft) {
      this.repaint(); // also after the first stroke on a blank sheet
      return;
    }
    paintStroke(this.#context, draft, this.#painted);
    this.#painted = draft.points.length;
  }

  #measure() {
    const { clientWidth, clientHeight } = this.canvas;
    if (clientWidth > 0 && clientHeight > 0) {
      this.#size = { width: clientWidth, height: clientHeight };
      this.repaint();
      this.canvas.dispatchEvent(new Event("sheetresize"));
    }
  }

  /** Choose the scale at which every sheet that was drawn on is visible. */
  #fit() {
    const sheets = this.history.strokes.map((stroke) => stroke.sheet);
    this.scale = Math.min(
      this.#size.width / Math.max(0, ...sheets.map(({ width }) => width)),
      this.#size.height / Math.max(0, ...sheets.map(({ height }) => height)),
    );
    if (!Number.isFinite(this.scale)) {
      this.scale = 1; // nothing is drawn
    }
  }

  /** Give the canvas the pixels of the screen and the units of the sheet. */
  #prepare() {
    const density = Math.min(window.devicePixelRatio || 1, GREATEST_DENSITY);
    const [width, height] = [Math.round(this.#size.width * density), Math.round(this.#size.height * density)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const factor = density * this.scale;
    this.#context.setTransform(factor, 0, 0, factor, 0, 0);
    this.#context.strokeStyle = getComputedStyle(this.canvas).color;
  }
}
