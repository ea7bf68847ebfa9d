/** What is on the sheet, with undo and redo. */

const LONGEST = 300; // states; strokes are shared between them, so that a state is one short list

/**
 * The states of the sheet. A state has either strokes or a picture and is never changed.
 *
 * Events: "change" when something else is on the sheet; "draft" while a stroke grows.
 */
export class History extends EventTarget {
  #states = [{ strokes: [], picture: null }];
  #index = 0;

  /** The stroke that is being drawn, or null. */
  draft = null;

  /** The state now: `strokes` without the draft, and `picture`, `{blob, name}` or null. */
  get current() {
    return this.#states[this.#index];
  }

  /** All strokes, with the one that is being drawn. */
  get strokes() {
    return this.draft ? [...this.current.strokes, this.draft] : this.current.strokes;
  }

  get isBlank() {
    return this.strokes.length === 0 && this.current.picture === null;
  }

  get canUndo() {
    return this.#index > 0;
  }

  get canRedo() {
    return this.#index < this.#states.length - 1;
  }

  /** Begin a stroke; it counts as drawn at once, and can be undone after `finishStroke`. */
  beginStroke(stroke) {
    this.draft = stroke;
    this.#send("draft");
  }

  /** Report that the draft has new points. */
  extendStroke() {
    this.#send("draft");
  }

  finishStroke() {
    if (this.draft) {
      const strokes = [...this.current.strokes, this.draft];
      this.draft = null;
      this.#push({ strokes, picture: null });
    }
  }

  /** Drop the stroke that is being drawn. */
  abandonStroke() {
    if (this.draft) {
      this.draft = null;
      this.#send("change");
    }
  }

  /** @param {{blob: Blob, name: string}} picture */
  placePicture(picture) {
    this.draft = null;
    this.#push({ strokes: [], picture });
  }

  clear() {
    this.finishStroke();
    if (!this.isBlank) {
      this.#push({ strokes: [], picture: null });
    }
  }

  undo() {
    this.finishStroke();
    this.#move(-1);
  }

  redo() {
    this.finishStroke();
    this.#move(1);
  }

  #move(step) {
    const index = this.#index + step;
    if (index >= 0 && index < this.#states.length) {
      this.#index = index;
      this.#send("change");
    }
  }

  #push(state) {
    this.#states.splice(this.#index + 1);
    this.#states.push(state);
    this.#states.splice(0, this.#states.length - LONGEST);
    this.#index = this.#states.length - 1;
    this.#send("change");
  }

  #send(type) {
    this.dispatchEvent(new Event(type));
  }
}
