/** The reading of a picture with one digit, in the JSON form that the service returns. */

// As of inkdigits.recognition.rejection: lower ink is a speck, wider ink a dash.
const MIN_HEIGHT = 4, MAX_ASPECT_RATIO = 2.5;

/**
 * Build the reading of a picture with one digit.
 * @param {number[]} probabilities of the digits 0 to 9
 * @param {import("./image.js").Box} box of the digit, in pixels of the picture
 * @param {number} threshold least probability of an accepted digit
 * @param {number} width of the picture, in pixels
 * @param {number} height of the picture, in pixels
 * @param {string} image the digit image, base64 of a PNG
 * @returns {object} see docs/reference/reading.schema.json
 */
export function buildReading(probabilities, box, threshold, width, height, image) {
  const ranked = probabilities
    .map((probability, label) => ({ label, probability: Math.round(probability * 1e6) / 1e6 }))
    .sort((one, other) => probabilities[other.label] - probabilities[one.label]);
  const [{ label, probability }, ...alternatives] = ranked;
  const rejected = findRejectionReason(probabilities[label], threshold, box);
  return wrap(
    { label, confidence: probability, box, alternatives, rejected, printed: null, image },
    rejected === null ? String(label) : "?", width, height,
  );
}

/**
 * Build the reading of a picture without a digit.
 * @param {number} width of the picture, in pixels
 * @param {number} height of the picture, in pixels
 * @returns {object} see docs/reference/reading.schema.json
 */
export function buildBlankReading(width, height) {
  const digit = {
    label: null, confidence: 1, box: [0, 0, width, height], alternatives: [], rejected: "blank", printed: null, image: null,
  };
  return wrap(digit, "_", width, height);
}

function findRejectionReason(confidence, threshold, [, , width, height]) {
  if (height < MIN_HEIGHT || width > MAX_ASPECT_RATIO * height) {
    return "not_a_digit";
  }
  return confidence < threshold ? "unsure" : null;
}

function wrap(digit, text, width, height) {
  const { box, confidence } = digit;
  return {
    text, width, height, digits: [digit], numbers: [{ text, confidence, box, runner_up: null, digits: [digit] }],
  };
}
