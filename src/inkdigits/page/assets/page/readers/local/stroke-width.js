/** Measurement and adjustment of the width of strokes. */

import { measureContours } from "./contours.js";
import { cut, findBounds, pad } from "./image.js";
import { dilateByEllipse, erodeByEllipse, halveByMaximum } from "./morphology.js";
import { resize } from "./resize.js";
import { roundHalfEven } from "./rounding.js";

// The values of inkdigits.pictures.digits.normal_form; widths in pixels of the normal form, whose box has a side of 20.
const BOX = 20;
const WORK_SIDE = 80;
const MIN_WIDTH = 1.7, MAX_WIDTH = 4.6;
const THICKENED_WIDTH = MIN_WIDTH + 0.5;

/**
 * Thicken strokes that are too thin for MNIST, relative to the digit's size, and thin strokes that are too thick.
 * @param {import("./image.js").Image} crop ink 255 on paper 0, tight around the ink
 * @returns {import("./image.js").Image} at most 80 pixels on the longest side, tight around the ink
 */
export function adjustStrokeWidth(crop) {
  let width = measureRelativeWidth(crop);
  while (Math.max(crop.width, crop.height) > 2 * WORK_SIDE && width < MIN_WIDTH) {
    // Averaging would erase a hair line, so each halving keeps the maximum of four pixels.
    crop = halveByMaximum(crop);
    width = measureRelativeWidth(crop);
  }
  const factor = WORK_SIDE / Math.max(crop.width, crop.height);
  if (factor < 1) {
    crop = resize(
      crop,
      Math.max(1, roundHalfEven(crop.width * factor)),
      Math.max(1, roundHalfEven(crop.height * factor)),
    );
    width = measureRelativeWidth(crop);
  }
  if (width <= 0 || (width >= MIN_WIDTH && width <= MAX_WIDTH)) {
    return crop;
  }
  const target = width < MIN_WIDTH ? THICKENED_WIDTH : MAX_WIDTH;
  const change = (target - width) / (BOX / Math.max(crop.width, crop.height));
  const reach = roundHalfEven(Math.abs(change));
  if (reach < 1) {
    return crop;
  }
  const changed = change > 0 ? dilateByEllipse(pad(crop, reach), reach + 1) : erodeByEllipse(crop, reach + 1);
  const bounds = findBounds(changed);
  return bounds[2] === 0 ? crop : cut(changed, bounds);
}

/**
 * Measure the mean width of the strokes in a crop: twice the area of the ink divided by the length of its contours.
 * @param {import("./image.js").Image} crop ink 255 on paper 0
 * @returns {number} in pixels of the crop; 0 if there is no ink
 */
export function measureStrokeWidth(crop) {
  const padded = pad(crop, 1);
  let sum = 0;
  for (const level of padded.data) {
    sum += level;
  }
  const length = measureContours({ ...padded, data: padded.data.map((level) => (level >= 128 ? 1 : 0)) });
  return length ? (2 * (sum / 255)) / length : 0;
}

function measureRelativeWidth(crop) {
  return (measureStrokeWidth(crop) * BOX) / Math.max(crop.width, crop.height);
}
