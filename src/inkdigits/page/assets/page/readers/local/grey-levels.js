/** Statistics of grey levels, from their counts; see `inkdigits.pictures.ink.grey_levels`. */

const MAX_SAMPLES = 400_000;
const FLT_EPSILON = 2 ** -23;

/**
 * Count the grey levels of an image; of a large one in every k-th row and column.
 * @param {import("./image.js").Image} image
 * @returns {Int32Array} of length 256, with a sum of at most about 400,000
 */
export function countLevels({ data, width, height }) {
  const step = Math.max(1, Math.ceil(Math.sqrt(data.length / MAX_SAMPLES)));
  const counts = new Int32Array(256);
  for (let y = 0; y < height; y += step) {
    for (let x = 0; x < width; x += step) {
      counts[data[y * width + x]]++;
    }
  }
  return counts;
}

/**
 * Return the sum of counts.
 * @param {Int32Array} counts
 * @returns {number}
 */
export function sum(counts) {
  return counts.reduce((total, count) => total + count, 0);
}

/**
 * Return a quantile without interpolation.
 * @param {Int32Array} counts of each level, not all 0
 * @param {number} share of the values below the quantile, 0 to 1
 * @returns {number} one of the levels
 */
export function computeQuantile(counts, share) {
  const total = sum(counts), place = Math.min(Math.trunc(share * total), total - 1);
  let level = 0;
  for (let below = counts[0]; below <= place; below += counts[level]) {
    level++;
  }
  return level;
}

/**
 * Return Otsu's threshold.
 *
 * Source: N. Otsu, "A Threshold Selection Method from Gray-Level Histograms", IEEE Trans. SMC 9:62, 1979. The smallest
 * shares are those of OpenCV.
 * @param {Int32Array} counts of each level
 * @returns {number} a level; the upper class lies above it
 */
export function computeOtsuThreshold(counts) {
  const total = sum(counts);
  const mean = counts.reduce((weighted, count, level) => weighted + level * count, 0) / total;
  let threshold = 0, largest = 0, lowerShare = 0, lowerMean = 0;
  for (let level = 0; level < counts.length; level++) {
    const share = counts[level] / total;
    lowerMean *= lowerShare;
    lowerShare += share;
    const upperShare = 1 - lowerShare;
    if (Math.min(lowerShare, upperShare) < FLT_EPSILON || Math.max(lowerShare, upperShare) > 1 - FLT_EPSILON) {
      continue;
    }
    lowerMean = (lowerMean + level * share) / lowerShare;
    const upperMean = (mean - lowerShare * lowerMean) / upperShare;
    const variance = lowerShare * upperShare * (lowerMean - upperMean) ** 2;
    if (variance > largest) {
      [threshold, largest] = [level, variance];
    }
  }
  return threshold;
}
