/** One digit of the reading: the image that the network sees, what it is read as, and the ten probabilities. */

import { element, svg } from "../elements.js";
import { characterOf, describeDigit, formatProbability, listProbabilities } from "./words.js";

const PITCH = 24; // units of the chart from bar to bar
const BAR = 16;
const HEIGHT = 60;
const LOWEST = 0.02; // share of the height of a bar of any probability, so that all ten places are visible

/**
 * Return the card of a digit.
 *
 * @param {object} digit A digit of a reading.
 * @param {number} index Its place in the reading.
 */
export function buildDigitCard(digit, index) {
  const probabilities = listProbabilities(digit);
  const card = element("li", { class: "digit", "data-index": index, "data-rejected": digit.rejected, tabindex: -1 });
  card.append(
    buildImage(digit),
    element(
      "p",
      { class: "digit-words" },
      element("span", { class: "digit-label" }, characterOf(digit)),
      element("span", { class: "digit-verdict" }, describeDigit(digit)),
    ),
    buildChart(probabilities, digit.label),
  );
  return card;
}

/** Return a card without a digit, of the same size. */
export function buildEmptyCard() {
  return element(
    "li",
    { class: "digit is-empty", "aria-hidden": "true" },
    element("span", { class: "digit-image" }),
    element("p", { class: "digit-words" }),
    buildChart(null, null),
  );
}

function buildImage({ image, rejected }) {
  const place = element("span", { class: "digit-image" });
  if (!image) {
    return place;
  }
  const alt = rejected === "blank" ? "Input of the network: empty" : "Input of the network, 28 by 28 pixels";
  place.append(element("img", { src: `data:image/png;base64,${image}`, alt, width: 28, height: 28 }));
  return place;
}

function buildChart(probabilities, label) {
  const chart = svg("svg", {
    class: "chart",
    viewBox: `0 0 ${10 * PITCH} ${HEIGHT + 18}`,
    role: "img",
    "aria-label": probabilities ? listInWords(probabilities) : "No probabilities",
  });
  for (let digit = 0; digit < 10; digit += 1) {
    const probability = probabilities?.[digit] ?? 0;
    const height = HEIGHT * Math.max(LOWEST, probability);
    const middle = (digit + 0.5) * PITCH;
    const group = svg(
      "g",
      { class: digit === label ? "bar is-best" : "bar" },
      svg("rect", { class: "track", x: middle - BAR / 2, y: 0, width: BAR, height: HEIGHT }),
      svg("rect", { class: "fill", x: middle - BAR / 2, y: HEIGHT - height, width: BAR, height }),
      svg("text", { x: middle, y: HEIGHT + 15, "text-anchor": "middle" }, String(digit)),
    );
    if (probabilities) {
      group.prepend(svg("title", {}, `${digit}: ${formatProbability(probability)}`));
    }
    chart.append(group);
  }
  return chart;
}

function listInWords(probabilities) {
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  return `Probabilities: ${order.map((digit) => `${digit} ${formatProbability(probabilities[digit])}`).join(", ")}`;
}
