/** Readings and errors in words. */

const CERTAIN = 0.9995; // would be rounded to 100.0%, which no network knows

/** Return a probability as a percentage. */
export function formatProbability(probability) {
  if (probability >= CERTAIN) {
    return "> 99.9%";
  }
  if (probability < 0.0005) {
    return "< 0.1%";
  }
  return `${(100 * probability).toFixed(1)}%`;
}

/** Return the ten probabilities of a digit, in order; null for a blank cell. */
export function listProbabilities(digit) {
  if (digit.label === null) {
    return null;
  }
  const probabilities = new Array(10).fill(0);
  probabilities[digit.label] = digit.confidence;
  for (const { label, probability } of digit.alternatives) {
    probabilities[label] = probability;
  }
  return probabilities;
}

/** Return the character of a digit: `?` if it is rejected, `_` if it is blank. */
export function characterOf(digit) {
  if (digit.label === null) {
    return "_";
  }
  return digit.rejected === null ? String(digit.label) : "?";
}

/** Return what is said about one digit. */
export function describeDigit(digit) {
  switch (digit.rejected) {
    case null:
      return formatProbability(digit.confidence);
    case "blank":
      return "Empty";
    case "not_a_digit":
      return "Not a digit";
    default:
      return `Not sure: ${listGuesses(digit)}`;
  }
}

/**
 * Return the text that is shown in large, and sentences on it.
 *
 * @param {object} reading
 * @param {boolean} isPartial Whether part of the drawing was not read.
 */
export function summarise(reading, isPartial) {
  const { headline, verdict } = describe(reading);
  return { headline, verdict: isPartial ? `${verdict} Part of the drawing was not read.` : verdict };
}

function describe({ text, digits, numbers }) {
  const rejected = digits.filter((digit) => digit.rejected !== null);
  if (digits.every((digit) => digit.rejected === "blank")) {
    return { headline: "", verdict: "No digit found." };
  }
  if (digits.length === 1 && rejected.length === 1) {
    const [digit] = digits;
    return digit.rejected === "not_a_digit"
      ? { headline: "?", verdict: "Not a digit." }
      : { headline: "?", verdict: `Not sure. Perhaps ${listGuesses(digit)}.` };
  }
  if (numbers.length === 1) {
    return { headline: text, verdict: describeNumber(numbers[0], rejected) };
  }
  const found = `${numbers.length} numbers, ${digits.length} digits`;
  return { headline: text, verdict: rejected.length > 0 ? `${found}. ${countRejected(rejected)}` : `${found}.` };
}

/** Return a sentence on the second most probable text of a number, or an empty one. */
export function describeRunnerUp({ runner_up: runnerUp }) {
  return runnerUp && runnerUp.confidence >= 0.01
    ? `or ${runnerUp.text}, ${formatProbability(runnerUp.confidence)}`
    : "";
}

/** Return the text of an error, and whether another try follows. */
export function describeError(error, pause) {
  const again = pause === null ? "" : ` Trying again in ${pause} ${pause === 1 ? "second" : "seconds"}.`;
  switch (error.kind) {
    case "busy":
      return { headline: "The service is busy.", text: again.trim() };
    case "offline":
      return navigator.onLine
        ? { headline: error.message, text: again.trim() }
        : { headline: "You are offline.", text: "The sheet is read as soon as you are online again." };
    case "token":
      return { headline: "A token is needed.", text: "This service reads only for those who have its token." };
    case "too_large":
      return { headline: "This picture is too large.", text: makeSentence(error.message) };
    case "refused":
      return { headline: "This picture cannot be read.", text: makeSentence(error.message) };
    default:
      return { headline: "Something went wrong.", text: makeSentence(error.message) };
  }
}

function describeNumber(number, rejected) {
  if (rejected.length > 0) {
    return countRejected(rejected);
  }
  const runnerUp = describeRunnerUp(number);
  const probability = formatProbability(number.confidence);
  // Each digit may be certain while the number is not: it may have one more.
  const sure = number.confidence < 0.5 ? `Not sure: ${probability}` : `${probability.replace("> ", "More than ")} sure`;
  return runnerUp ? `${sure}, ${runnerUp}.` : `${sure}.`;
}

function countRejected(rejected) {
  const count = (reason) => rejected.filter((digit) => digit.rejected === reason).length;
  const [unsure, other, blank] = [count("unsure"), count("not_a_digit"), count("blank")];
  const parts = [
    unsure && `not sure of ${unsure} ${unsure === 1 ? "digit" : "digits"}`,
    other && `${other} ${other === 1 ? "is" : "are"} not a digit`,
    blank && `${blank} ${blank === 1 ? "is" : "are"} empty`,
  ].filter(Boolean);
  return makeSentence(parts.join(", "));
}

/** Return words with a capital letter and a full stop: messages of the service have neither. */
function makeSentence(words) {
  return `${words.charAt(0).toUpperCase()}${words.slice(1).replace(/\.$/, "")}.`;
}

function listGuesses(digit) {
  const second = digit.alternatives[0];
  const first = `${digit.label} (${formatProbability(digit.confidence)})`;
  return second && second.probability >= 0.01
    ? `${first} or ${second.label} (${formatProbability(second.probability)})`
    : first;
}
