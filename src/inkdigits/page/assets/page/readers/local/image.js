/** Images of one channel, and the boxes of their ink. */

/**
 * An image of one channel.
 * @typedef {object} Image
 * @property {Uint8Array} data values 0 to 255, row by row
 * @property {number} width in pixels
 * @property {number} height in pixels
 */

/**
 * A box in whole pixels.
 * @typedef {[number, number, number, number]} Box x, y, width and height
 */

/**
 * Return the smallest box around the pixels that are not 0, like `cv2.boundingRect`.
 * @param {Image} image
 * @returns {Box} with width and height 0 if all pixels are 0
 */
export function findBounds({ data, width, height }) {
  let left = width, right = -1, top = -1, bottom = -1;
  for (let y = 0; y < height; y++) {
    const start = y * width, end = start + width;
    let first = start;
    while (first < end && data[first] === 0) {
      first++;
    }
    if (first === end) {
      continue;
    }
    let last = end - 1;
    while (data[last] === 0) {
      last--;
    }
    if (top < 0) {
      top = y;
    }
    bottom = y;
    left = Math.min(left, first - start);
    right = Math.max(right, last - start);
  }
  return bottom < 0 ? [0, 0, 0, 0] : [left, top, right - left + 1, bottom - top + 1];
}

/**
 * Copy a box out of an image; pixels outside of the image are 0.
 * @param {Image} image
 * @param {Box} box
 * @returns {Image}
 */
export function cut(image, [x, y, width, height]) {
  const data = new Uint8Array(width * height);
  const from = Math.max(x, 0), to = Math.min(x + width, image.width);
  for (let row = Math.max(y, 0); row < Math.min(y + height, image.height); row++) {
    const start = row * image.width;
    data.set(image.data.subarray(start + from, start + to), (row - y) * width + from - x);
  }
  return { data, width, height };
}

/**
 * Return an image with a margin of zeros.
 * @param {Image} image
 * @param {number} margin in pixels, on every side
 * @returns {Image}
 */
export function pad(image, margin) {
  return cut(image, [-margin, -margin, image.width + 2 * margin, image.height + 2 * margin]);
}
