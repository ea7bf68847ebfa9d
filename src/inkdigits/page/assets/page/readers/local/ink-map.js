/** The ink map of a drawing with dark ink on paper of one grey level; see `inkdigits.pictures.ink.ink_map`. */

import { computeOtsuThreshold, computeQuantile, countLevels, sum } from "./grey-levels.js";
import { roundToLevel } from "./rounding.js";

// The values of inkdigits.pictures.ink.ink_map.
const MIN_CONTRAST = 11;
const SHOW_THROUGH_CONTRAST = 0.125, MAX_SHOW_THROUGH_SOFTNESS = 0.42;
const MIN_SHOW_THROUGH_SIDE = 40;

/**
 * Separate the ink from the paper.
 * @param {import("./image.js").Image} grey
 * @returns {import("./image.js").Image | null} 0 on paper, 255 on full ink; zeros if the picture is blank; null if the paper
 *   does not have one level
 */
export function findInk({ data, width, height }) {
  const counts = countLevels({ data, width, height }).reverse(); // of the darkness, 0 to 255
  const paper = findEvenLevel(counts);
  if (paper === null) {
    return null;
  }
  const ink = new Uint8Array(data.length);
  const rises = countRises(counts, paper);
  const contrast = measureContrast(rises);
  const contrastShare = contrast / Math.max(1, 255 - paper);
  if (
    contrast < MIN_CONTRAST
    || (Math.min(width, height) >= MIN_SHOW_THROUGH_SIDE && contrastShare < SHOW_THROUGH_CONTRAST
      && measureSoftness(rises, contrast) > MAX_SHOW_THROUGH_SOFTNESS)
  ) {
    return { data: ink, width, height };
  }
  const factor = Math.fround(255 / (255 - findDarkest(data) - paper)); // float32, as in OpenCV
  const inkOfLevels = Uint8Array.from({ length: 256 }, (_, level) => (
    roundToLevel(Math.fround(Math.max(255 - level - paper, 0) * factor))
  ));
  for (let i = 0; i < data.length; i++) {
    ink[i] = inkOfLevels[data[i]];
  }
  return { data: ink, width, height };
}

function findDarkest(levels) {
  let darkest = 255;
  for (let i = 0; i < levels.length; i++) {
    if (levels[i] < darkest) {
      darkest = levels[i];
    }
  }
  return darkest;
}

/** Return the darkness of the paper if most of the paper has exactly that level, else null. */
function findEvenLevel(counts) {
  const paper = counts.subarray(0, computeOtsuThreshold(counts) + 1), total = sum(paper);
  const level = paper.indexOf(Math.max(...paper));
  const near = sum(paper.subarray(Math.max(level - 1, 0), level + 2));
  return near >= 0.6 * total && total >= 0.08 * sum(counts) ? level : null;
}

/** Return how many pixels rise above the paper by each number of levels; those below it have a rise of 0. */
function countRises(counts, paper) {
  const rises = new Int32Array(256);
  counts.forEach((count, level) => {
    rises[Math.max(level - paper, 0)] += count;
  });
  return rises;
}

/** Return the rise of full ink above the paper, in grey levels. */
function measureContrast(rises) {
  const inked = rises.slice().fill(0, 0, Math.max(computeOtsuThreshold(rises), 1) + 1);
  return sum(inked) >= 3 ? computeQuantile(inked, 0.75) : 0;
}

/** Return the share of half-dark pixels among the pixels above the paper: sharp strokes have few. */
function measureSoftness(rises, contrast) {
  const nInked = sum(rises.filter((_, rise) => rise > 0.25 * contrast));
  const nSoft = sum(rises.filter((_, rise) => rise > 0.25 * contrast && rise < 0.7 * contrast));
  return nInked ? nSoft / nInked : 1;
}
