/** Resampling of grey levels, like `cv2.resize` with INTER_AREA and INTER_CUBIC. */

import { roundToLevel } from "./rounding.js";

const SHARPNESS = -0.75; // the parameter of OpenCV's cubic kernel

/**
 * Scale an image down by area averaging, or up by cubic interpolation.
 * @param {import("./image.js").Image} image
 * @param {number} width of the result, in pixels
 * @param {number} height of the result, in pixels
 * @returns {import("./image.js").Image}
 */
export function resize(image, width, height) {
  return width * height < image.data.length ? average(image, width, height) : interpolate(image, width, height);
}

/**
 * Scale an image down by area averaging.
 * @param {import("./image.js").Image} image
 * @param {number} width of the result, at most that of the image
 * @param {number} height of the result, at most that of the image
 * @returns {import("./image.js").Image}
 */
export function average(image, width, height) {
  if (image.width % width === 0 && image.height % height === 0) {
    return averageBlocks(image, width, height);
  }
  const { data } = image;
  const result = new Uint8Array(width * height);
  const across = computeCells(image.width, width), down = computeCells(image.height, height);
  // Sums are rounded to float32 where OpenCV rounds them, so that halves are rounded to the same level.
  const sums = new Float32Array(width), rowSums = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (const [sourceY, shareY] of down[y]) {
      const start = sourceY * image.width;
      rowSums.fill(0);
      for (let x = 0; x < width; x++) {
        for (const [sourceX, shareX] of across[x]) {
          rowSums[x] += Math.fround(data[start + sourceX] * shareX);
        }
      }
      for (let x = 0; x < width; x++) {
        sums[x] += Math.fround(rowSums[x] * shareY);
      }
    }
    for (let x = 0; x < width; x++) {
      result[y * width + x] = roundToLevel(sums[x]);
    }
  }
  return { data: result, width, height };
}

/** Scale an image down by whole numbers: OpenCV then adds integers, so halves are rounded in another way. */
function averageBlocks({ data, width: sourceWidth, height: sourceHeight }, width, height) {
  const across = sourceWidth / width, down = sourceHeight / height;
  const share = Math.fround(1 / (across * down));
  const round = across === 2 && down === 2 ? (sum) => (sum + 2) >> 2 : (sum) => roundToLevel(Math.fround(sum * share));
  const result = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let j = y * down; j < (y + 1) * down; j++) {
        for (let i = x * across; i < (x + 1) * across; i++) {
          sum += data[j * sourceWidth + i];
        }
      }
      result[y * width + x] = round(sum);
    }
  }
  return { data: result, width, height };
}

/**
 * Return the source pixels of each pixel of the result, along one axis, and their shares of it.
 * @param {number} sourceSize in pixels
 * @param {number} size of the result, in pixels
 * @returns {[number, number][][]} for each pixel of the result pairs of a source pixel and its share, 0 to 1
 */
function computeCells(sourceSize, size) {
  const scale = sourceSize / size;
  return Array.from({ length: size }, (_, i) => {
    const start = i * scale, end = start + scale;
    const cell = Math.min(scale, sourceSize - start);
    const last = Math.min(Math.floor(end), sourceSize - 1), first = Math.min(Math.ceil(start), last);
    const shares = [];
    if (first - start > 1e-3) {
      shares.push([first - 1, Math.fround((first - start) / cell)]);
    }
    for (let j = first; j < last; j++) {
      shares.push([j, Math.fround(1 / cell)]);
    }
    if (end - last > 1e-3) {
      shares.push([last, Math.fround(Math.min(end - last, 1, cell) / cell)]);
    }
    return shares;
  });
}

/**
 * Scale an image up by cubic interpolation; pixels beyond its edges equal those at the edges.
 * @param {import("./image.js").Image} image
 * @param {number} width of the result, in pixels
 * @param {number} height of the result, in pixels
 * @returns {import("./image.js").Image}
 */
function interpolate(image, width, height) {
  const across = computeTaps(image.width, width), down = computeTaps(image.height, height);
  const result = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const [sourceY, weightY] of down[y]) {
        for (const [sourceX, weightX] of across[x]) {
          sum += image.data[sourceY * image.width + sourceX] * weightX * weightY;
        }
      }
      result[y * width + x] = roundToLevel(sum);
    }
  }
  return { data: result, width, height };
}

/** Return the four source pixels of each pixel of the result, along one axis, and their weights. */
function computeTaps(sourceSize, size) {
  const scale = sourceSize / size;
  return Array.from({ length: size }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5, floor = Math.floor(centre), t = centre - floor;
    return [-1, 0, 1, 2].map((offset) => [
      Math.min(Math.max(floor + offset, 0), sourceSize - 1),
      weighCubic(Math.abs(offset - t)),
    ]);
  });
}

/** Return the cubic kernel at a distance from 0 to 2. */
function weighCubic(distance) {
  return distance <= 1
    ? ((SHARPNESS + 2) * distance - (SHARPNESS + 3)) * distance * distance + 1
    : ((SHARPNESS * distance - 5 * SHARPNESS) * distance + 8 * SHARPNESS) * distance - 4 * SHARPNESS;
}
