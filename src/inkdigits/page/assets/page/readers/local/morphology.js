/** Dilation and erosion of grey levels, like `cv2.dilate` and `cv2.erode`. */

import { roundHalfEven } from "./rounding.js";

/**
 * Return each pixel's maximum under an ellipse; pixels outside of the image are ignored.
 * @param {import("./image.js").Image} image
 * @param {number} side of the ellipse, in pixels
 * @returns {import("./image.js").Image}
 */
export function dilateByEllipse(image, side) {
  return filter(image, side, computeEllipseRows(side), Math.max, 0);
}

/**
 * Return each pixel's minimum under an ellipse; pixels outside of the image are ignored.
 * @param {import("./image.js").Image} image
 * @param {number} side of the ellipse, in pixels
 * @returns {import("./image.js").Image}
 */
export function erodeByEllipse(image, side) {
  return filter(image, side, computeEllipseRows(side), Math.min, 255);
}

/**
 * Return every second pixel of every second row of the maximum of 2 x 2 pixels.
 * @param {import("./image.js").Image} image
 * @returns {import("./image.js").Image} half as wide and high, rounded up
 */
export function halveByMaximum({ data, width, height }) {
  const halfWidth = (width + 1) >> 1, halfHeight = (height + 1) >> 1;
  const result = new Uint8Array(halfWidth * halfHeight);
  for (let y = 0; y < halfHeight; y++) {
    const row = 2 * y * width, above = y > 0 ? row - width : row;
    for (let x = 0; x < halfWidth; x++) {
      const left = x > 0 ? 2 * x - 1 : 0;
      result[y * halfWidth + x] = Math.max(
        data[row + 2 * x], data[row + left], data[above + 2 * x], data[above + left],
      );
    }
  }
  return { data: result, width: halfWidth, height: halfHeight };
}

/** Return the first column and the column after the last one of each row of an ellipse in a square. */
function computeEllipseRows(side) {
  const radius = side >> 1;
  return Array.from({ length: side }, (_, i) => {
    const down = i - radius;
    const reach = radius ? roundHalfEven(radius * Math.sqrt((radius * radius - down * down) / (radius * radius))) : 0;
    return [Math.max(radius - reach, 0), Math.min(radius + reach + 1, side)];
  });
}

function filter({ data, width, height }, side, rows, choose, worst) {
  const anchor = side >> 1;
  const result = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let best = worst;
      for (let i = 0; i < side; i++) {
        const sourceY = y + i - anchor;
        if (sourceY < 0 || sourceY >= height) {
          continue;
        }
        const from = Math.max(x + rows[i][0] - anchor, 0), to = Math.min(x + rows[i][1] - anchor, width);
        for (let j = sourceY * width + from; j < sourceY * width + to; j++) {
          best = choose(best, data[j]);
        }
      }
      result[y * width + x] = best;
    }
  }
  return { data: result, width, height };
}
