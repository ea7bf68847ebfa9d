/** The panel beside the sheet: the reading in large, in words, and digit by digit. */

import { element } from "../elements.js";
import { buildDigitCard, buildEmptyCard } from "./digit-card.js";
import { describeError, describeRunnerUp, formatProbability, summarise } from "./words.js";

const FIRST_DIGITS = 60; // more cards than anybody looks at; each has fifty elements

export class ReadingPanel {
  #parts = {};
  #countdown = null;

  /**
   * @param {HTMLElement} answer The element with the parts; its `data-state` is empty, reading, done or failed.
   * @param {string} invitation Shown while the sheet is blank.
   * @param {(index: number|null) => void} onMark Called with the digit that is pointed at.
   */
  constructor(answer, invitation, onMark) {
    this.answer = answer;
    this.invitation = invitation;
    for (const name of ["headline", "verdict", "numbers", "actions", "digits", "more-digits"]) {
      this.#parts[name] = document.getElementById(name);
    }
    const { digits } = this.#parts;
    const indexAt = (event) => event.target.closest(".digit")?.dataset.index ?? null;
    digits.addEventListener("pointerover", (event) => onMark(indexAt(event)));
    digits.addEventListener("pointerleave", () => onMark(null));
    digits.addEventListener("focusin", (event) => onMark(indexAt(event)));
    digits.addEventListener("focusout", () => onMark(null));
    this.showEmpty();
  }

  /** Show that nothing is on the sheet. */
  showEmpty() {
    this.#enter("empty");
    this.#setHeadline(this.invitation, "sentence");
    this.#parts.verdict.textContent = "";
    this.#parts.numbers.hidden = true;
    this.#showEmptyCard();
  }

  /** Take the old reading away: the sheet has changed. The frame keeps its size, so that nothing jumps. */
  showReading() {
    if (this.answer.dataset.state !== "reading") {
      this.#enter("reading");
      if (this.#parts.digits.childElementCount === 0) {
        this.#showEmptyCard();
      }
    }
  }

  /** Show a reading; `isPartial`: whether part of the drawing was not read. */
  show(reading, isPartial) {
    this.#enter("done");
    const { headline, verdict } = summarise(reading, isPartial);
    if (reading.numbers.length > 1) {
      this.#setHeadline(verdict, "sentence"); // the numbers follow as a list
    } else if (headline) {
      this.#setHeadline(headline, "number");
    } else {
      this.#setHeadline(verdict, "sentence");
    }
    this.#parts.verdict.textContent = this.#parts.headline.dataset.kind === "number" ? verdict : "";
    this.#showNumbers(reading.numbers);
    this.#showDigits(reading.digits, FIRST_DIGITS);
  }

  /** Show an error; `pause` is the number of seconds until the next try, or null. */
  showError(error, pause) {
    this.#enter("failed");
    this.#parts.numbers.hidden = true;
    this.#showEmptyCard();
    const write = (seconds) => {
      const { headline, text } = describeError(error, seconds);
      this.#setHeadline(headline, "sentence");
      this.#parts.verdict.textContent = text;
    };
    write(pause);
    let left = pause;
    if (pause !== null) {
      this.#countdown = setInterval(() => {
        left -= 1;
        write(Math.max(left, 1));
      }, 1000);
    }
  }

  /** Bring the card of a digit into view and mark it. */
  point(index) {
    const card = this.#parts.digits.querySelector(`[data-index="${index}"]`);
    card?.scrollIntoView({ block: "nearest" });
    card?.focus({ preventScroll: true });
  }

  #enter(state) {
    clearInterval(this.#countdown);
    this.answer.dataset.state = state;
    this.answer.setAttribute("aria-busy", String(state === "reading"));
    this.#parts["more-digits"].hidden = true;
    for (const button of this.#parts.actions.querySelectorAll("button")) {
      button.disabled = state !== "done";
    }
  }

  /** @param {"number"|"sentence"} kind */
  #setHeadline(text, kind) {
    const { headline } = this.#parts;
    headline.dataset.kind = kind;
    if (kind === "sentence") {
      headline.textContent = text;
      return;
    }
    const parts = text.split(/([?_])/).filter((part) => part !== "");
    headline.replaceChildren(
      ...parts.map((part) => ("?_".includes(part) ? element("span", { class: "rejected" }, part) : part)),
    );
    headline.style.setProperty("--characters", String(Math.max(1, text.length)));
  }

  #showNumbers(numbers) {
    const { numbers: list } = this.#parts;
    list.hidden = numbers.length < 2;
    list.replaceChildren();
    if (list.hidden) {
      return;
    }
    for (const line of groupByRow(numbers)) {
      const words = line.length === 1 ? [describeRunnerUp(line[0]), formatProbability(line[0].confidence)] : [];
      list.append(
        element(
          "li",
          {},
          ...line.map(({ text }) => element("span", { class: "number-text" }, text)),
          ...words.filter(Boolean).map((text) => element("span", { class: "number-words" }, text)),
        ),
      );
    }
  }

  #showEmptyCard() {
    this.#parts.digits.dataset.count = "few";
    this.#parts.digits.replaceChildren(buildEmptyCard());
  }

  #showDigits(digits, limit) {
    const { digits: list, "more-digits": more } = this.#parts;
    list.dataset.count = digits.length > 4 ? "many" : "few";
    list.replaceChildren(...digits.slice(0, limit).map((digit, index) => buildDigitCard(digit, index)));
    more.hidden = digits.length <= limit;
    more.textContent = `Show all ${digits.length} digits`;
    more.onclick = () => this.#showDigits(digits, Infinity);
  }
}

/** Return the numbers in lists: those of one row of a table together. */
function groupByRow(numbers) {
  const lines = [];
  for (const number of numbers) {
    const last = lines.at(-1);
    if (last && number.column !== undefined && last[0].column !== undefined && last[0].row === number.row) {
      last.push(number);
    } else {
      lines.push([number]);
    }
  }
  return lines;
}
