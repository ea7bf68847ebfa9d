/** Width of the pen, choices, and shortcuts. */

import { element } from "./elements.js";
import { recall, remember } from "./settings.js";

const NAMES = {
  auto: "Automatic",
  digit: "One digit",
  line: "Line",
  boxes: "Boxes",
  page: "Page",
  any: "Any",
  handwritten: "Handwritten",
  printed: "Printed",
};

/**
 * Connect the width of the pen.
 *
 * @param {HTMLInputElement} slider
 * @param {SVGCircleElement} dot Shows the width.
 * @returns {{get: () => number, change: (step: number) => void}} In CSS pixels.
 */
export function attachPenWidth(slider, dot) {
  const show = () => dot.setAttribute("r", String(slider.valueAsNumber / 2));
  slider.value = recall("pen-width") ?? slider.value; // the browser corrects what is out of range
  slider.addEventListener("input", () => {
    remember("pen-width", slider.value);
    show();
  });
  show();
  return {
    get: () => slider.valueAsNumber,
    change: (step) => {
      slider.valueAsNumber += step;
      slider.dispatchEvent(new Event("input"));
    },
  };
}

/**
 * Fill a choice; it is hidden if there is only one value.
 *
 * @param {HTMLSelectElement} select
 * @param {HTMLElement} option Its label.
 * @param {string[]} values
 * @param {() => void} onChange
 * @returns {() => string} Returns the chosen value.
 */
export function fillChoice(select, option, values, onChange) {
  select.replaceChildren(...values.map((value) => element("option", { value }, NAMES[value] ?? value)));
  option.hidden ||= values.length < 2;
  select.addEventListener("change", onChange);
  return () => select.value;
}

/**
 * Connect the choice of the page of a document; it is shown if there are several.
 *
 * @param {HTMLInputElement} field
 * @param {HTMLElement} option Its label.
 * @param {HTMLElement} count Shows the number of pages.
 * @param {() => void} onChange
 */
export function attachPages(field, option, count, onChange) {
  field.addEventListener("change", () => {
    const page = Math.round(field.valueAsNumber) || 1;
    field.valueAsNumber = Math.max(1, Math.min(Number(field.max), page));
    onChange();
  });
  return {
    get: () => field.valueAsNumber,
    offer: (nPages = 1) => {
      field.max = String(nPages);
      count.textContent = String(nPages);
      option.hidden = nPages < 2;
    },
    reset: () => {
      field.valueAsNumber = 1;
      option.hidden = true;
    },
  };
}

/**
 * Connect the shortcuts. Those without Ctrl work only on the sheet, so that they cannot disturb a screen reader or speech input.
 *
 * @param {HTMLElement} sheet
 * @param {Record<"undo"|"redo"|"open"|"clear"|"thicker"|"thinner", () => void>} actions
 */
export function attachShortcuts(sheet, actions) {
  document.addEventListener("keydown", (event) => {
    if ((!event.ctrlKey && !event.metaKey) || event.altKey || document.querySelector("dialog[open]")) {
      return;
    }
    const key = event.key.toLowerCase();
    const name = { z: event.shiftKey ? "redo" : "undo", y: "redo", o: "open" }[key];
    if (name) {
      event.preventDefault();
      actions[name]();
    }
  });
  sheet.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const name = { Delete: "clear", Backspace: "clear", "+": "thicker", "=": "thicker", "-": "thinner" }[event.key];
    if (name) {
      event.preventDefault();
      actions[name]();
    }
  });
}
