/** Rounding as in Python and OpenCV. */

/**
 * Round to the nearest integer, halves to the even one.
 * @param {number} value from -2^31 to 2^31
 * @returns {number}
 */
export function roundHalfEven(value) {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * Round to a grey level, 0 to 255.
 * @param {number} value
 * @returns {number}
 */
export function roundToLevel(value) {
  return Math.min(255, Math.max(0, roundHalfEven(value)));
}
