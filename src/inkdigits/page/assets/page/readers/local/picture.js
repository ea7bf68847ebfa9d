/** The grey levels of a drawing. */

import { cut } from "./image.js";
import { average } from "./resize.js";
import { roundHalfEven } from "./rounding.js";

/** Number of pixels above which a picture is reduced; one digit is not recognised better with more. */
const MAX_PIXELS = 1_200_000;

// Weights in the luminance (ITU-R BT.601).
const RED = 0.299, GREEN = 0.587, BLUE = 0.114;

/**
 * Convert pixels to grey levels, reduced to 1.2 million pixels.
 * @param {ImageData} pixels opaque
 * @returns {import("./image.js").Image} 0 to 255
 */
export function convertToGrey({ data, width, height }) {
  const levels = new Uint8Array(width * height);
  for (let i = 0, j = 0; i < levels.length; i++, j += 4) {
    const red = data[j], green = data[j + 1], blue = data[j + 2];
    levels[i] = red === green && green === blue ? red : roundHalfEven(RED * red + GREEN * green + BLUE * blue);
  }
  let grey = { data: levels, width, height };
  while (grey.data.length >= 2 * MAX_PIXELS) {
    grey = halve(grey);
  }
  return grey.data.length > MAX_PIXELS ? reduce(grey) : grey;
}

/** Halve an image; an odd last row or column is cut off. */
function halve(image) {
  const width = image.width >> 1, height = image.height >> 1;
  return average(cut(image, [0, 0, 2 * width, 2 * height]), width, height);
}

/** Reduce an image to 1.2 million pixels. */
function reduce(image) {
  const { width, height } = image;
  const side = Math.trunc(Math.max(width, height) * Math.sqrt(MAX_PIXELS / (width * height)));
  const factor = side / Math.max(width, height);
  return average(image, Math.max(1, roundHalfEven(width * factor)), Math.max(1, roundHalfEven(height * factor)));
}
