/** Segmentation of the digit in the ink map of a picture with one digit; see `inkdigits.pictures.digits.segmentation`. */

import { findComponents } from "./components.js";
import { cut, findBounds } from "./image.js";

const MAX_SPECK_SIDE = 10, MAX_SPECK_SHARE = 0.03;
const EDGE_WEIGHT = 0.35;
const MIN_AREA_SHARE = 0.02;
const MAX_GAP_SHARE = 0.3;

// As of inkdigits.pictures.digits.candidates: small ink at an edge of a picture is the end of a line, not a digit.
const MIN_SIDE = 40, MAX_SCRAP_SHARE = 0.25;

/**
 * A region of an ink map that shows one digit.
 * @typedef {object} Crop
 * @property {import("./image.js").Image} ink ink 255 on paper 0; other strokes are erased
 * @property {import("./image.js").Box} box in pixels of the ink map
 */

/**
 * Find the digit of a picture: the main component, and the components near it.
 * @param {import("./image.js").Image} ink ink 255 on paper 0
 * @returns {Crop | null} null if there is no ink, only specks, or only small ink at an edge
 */
export function findDigit(ink) {
  const components = findComponents(ink);
  const minSide = Math.max(3, Math.min(MAX_SPECK_SIDE, MAX_SPECK_SHARE * Math.max(ink.width, ink.height)));
  if (!components.some((each) => measureLongerSide(each) >= minSide)) {
    return null;
  }
  const main = chooseMain(components, ink);
  const isIntruder = (each) => touchesEdge(each, ink) && (!touchesEdge(main, ink) || liesBeside(each, main));
  const kept = components.filter((each) => each === main || (liesNear(each, main) && !isIntruder(each)));
  const crop = cropComponents(ink, kept);
  return isScrap(crop.box, ink) ? null : crop;
}

/** Return the component that is largest and nearest to the centre; those at an edge count less. */
function chooseMain(components, ink) {
  const { width, height } = ink;
  let main = null, highest = -Infinity;
  for (const each of components) {
    const across = Math.abs(each.x - (width - 1) / 2) / (width / 2);
    const down = Math.abs(each.y - (height - 1) / 2) / (height / 2);
    const score = each.area * measureLongerSide(each) * (touchesEdge(each, ink) ? EDGE_WEIGHT : 1)
      * (1.15 - Math.max(across, down));
    if (score > highest) {
      [main, highest] = [each, score];
    }
  }
  return main;
}

function touchesEdge({ left, top, right, bottom }, { width, height }) {
  return left === 0 || top === 0 || right === width || bottom === height;
}

/** Return whether a box is small and touches an edge, like the end of a line. */
function isScrap([left, top, width, height], ink) {
  return touchesEdge({ left, top, right: left + width, bottom: top + height }, ink)
    && Math.min(ink.width, ink.height) >= MIN_SIDE
    && Math.max(width, height) < MAX_SCRAP_SHARE * Math.max(ink.width, ink.height);
}

function measureLongerSide(component) {
  return Math.max(component.right - component.left, component.bottom - component.top);
}

/** Return whether a component is close and large enough to belong to the same digit as the main one. */
function liesNear(component, main) {
  const across = Math.max(component.left - main.right, main.left - component.right, 0);
  const down = Math.max(component.top - main.bottom, main.top - component.bottom, 0);
  return component.area >= Math.max(MIN_AREA_SHARE * main.area, 2)
    && Math.hypot(across, down) <= MAX_GAP_SHARE * measureLongerSide(main);
}

/** Return whether a component has its centre left or right of the main one. */
function liesBeside(component, main) {
  const centre = (component.left + component.right) / 2;
  return centre < main.left || centre > main.right;
}

/** Crop components, with the soft pixels at their edges. */
function cropComponents(ink, components) {
  const { width, height, data } = ink;
  const alone = new Uint8Array(data.length);
  for (const component of components) {
    for (const [row, from, to] of component.runs) {
      const first = Math.max(from - 1, 0), last = Math.min(to + 1, width);
      for (let y = Math.max(row - 1, 0); y < Math.min(row + 2, height); y++) {
        alone.set(data.subarray(y * width + first, y * width + last), y * width + first);
      }
    }
  }
  const own = { data: alone, width, height };
  const box = findBounds(own);
  return { ink: cut(own, box), box };
}
