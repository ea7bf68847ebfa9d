/**
 * Reads what is on the sheet while it changes.
 *
 * An answer is shown only if nothing changed since its picture was made: each change gets a number, and an answer belongs to one.
 * At most one request runs. A change ends it, because its answer could not be shown, and the newest picture waits for its end.
 */

const FIRST_PAUSE = 2; // seconds until the next try if the service does not answer
const LONGEST_PAUSE = 30;

export class LiveReading {
  #number = 0; // of the newest change
  #running = null; // AbortController of the request
  #isWaiting = false; // whether the newest picture waits for the end of the request
  #timer = null;
  #nFailures = 0;

  /**
   * @param {object} parts
   * @param {(signal: AbortSignal) => Promise<object>} parts.read Reads what is on the sheet now.
   * @param {(reading: object, milliseconds: number) => void} parts.onReading
   * @param {(error: import("../readers/read-error.js").ReadError, pause: number|null) => void} parts.onError
   *   `pause`: seconds until the next try, or null if there is none.
   */
  constructor({ read, onReading, onError }) {
    this.read = read;
    this.onReading = onReading;
    this.onError = onError;
    window.addEventListener("online", () => this.#nFailures > 0 && this.retry());
  }

  /**
   * Report that the sheet changed, and read it after a pause without changes.
   *
   * @param {number} pause Milliseconds.
   */
  change(pause) {
    this.stop();
    this.#plan(pause);
  }

  /** Report that the sheet changed and need not be read. */
  stop() {
    this.#number += 1;
    this.#isWaiting = false;
    this.#nFailures = 0;
    clearTimeout(this.#timer);
    this.#running?.abort();
  }

  /** Try again now. */
  retry() {
    this.#plan(0);
  }

  #plan(pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#start(), pause);
  }

  async #start() {
    if (this.#running) {
      this.#isWaiting = true;
      return;
    }
    const number = this.#number;
    const controller = new AbortController();
    this.#running = controller;
    const begin = performance.now();
    try {
      const reading = await this.read(controller.signal);
      if (number === this.#number) {
        this.#nFailures = 0;
        this.onReading(reading, performance.now() - begin);
      }
    } catch (error) {
      if (number === this.#number) {
        this.#fail(error);
      }
    } finally {
      this.#running = null;
      if (this.#isWaiting) {
        this.#isWaiting = false;
        this.#plan(0);
      }
    }
  }

  #fail(error) {
    let pause = null;
    if (error.kind === "busy") {
      pause = Math.min(error.retryAfter, LONGEST_PAUSE);
    } else if (error.kind === "offline") {
      pause = Math.min(FIRST_PAUSE * 2 ** this.#nFailures, LONGEST_PAUSE);
    }
    this.#nFailures += 1;
    if (pause !== null) {
      this.#plan(1000 * pause);
    }
    this.onError(error, pause);
  }
}
