/** The 8-connected components of the strokes in an ink map. */

/** Value of an ink map from which a pixel belongs to a stroke. */
export const INK_THRESHOLD = 64;

/**
 * A component.
 * @typedef {object} Component
 * @property {number} left first column
 * @property {number} top first row
 * @property {number} right first column right of it
 * @property {number} bottom first row below it
 * @property {number} area number of pixels
 * @property {number} x column of its centre of mass
 * @property {number} y row of its centre of mass
 * @property {[number, number, number][]} runs its pixels, as row, first column and the column after the last one
 */

/**
 * Find the components of the strokes, by the runs of pixels of each row.
 * @param {import("./image.js").Image} ink ink 255 on paper 0
 * @returns {Component[]} in the order of their first pixels, row by row
 */
export function findComponents({ data, width, height }) {
  const runs = [], parents = [];
  const findRoot = (i) => {
    while (parents[i] !== i) {
      i = parents[i] = parents[parents[i]];
    }
    return i;
  };
  let above = 0, aboveEnd = 0; // the runs of the row above
  for (let y = 0; y < height; y++) {
    const first = runs.length;
    const end = (y + 1) * width;
    for (let place = y * width; place < end; place++) {
      if (data[place] < INK_THRESHOLD) {
        continue;
      }
      const from = place - y * width;
      while (place < end && data[place] >= INK_THRESHOLD) {
        place++;
      }
      const to = place - y * width, own = runs.length;
      runs.push([y, from, to]);
      parents.push(own);
      while (above < aboveEnd && runs[above][2] < from) {
        above++;
      }
      for (let i = above; i < aboveEnd && runs[i][1] <= to; i++) {
        const [one, other] = [findRoot(own), findRoot(i)];
        parents[Math.max(one, other)] = Math.min(one, other);
      }
    }
    [above, aboveEnd] = [first, runs.length];
  }
  const groups = new Map();
  runs.forEach((run, i) => {
    const root = findRoot(i);
    if (!groups.has(root)) {
      groups.set(root, []);
    }
    groups.get(root).push(run);
  });
  return Array.from(groups.values(), describe);
}

function describe(runs) {
  const found = { left: Infinity, top: runs[0][0], right: 0, bottom: 0, area: 0, x: 0, y: 0, runs };
  for (const [row, from, to] of runs) {
    found.left = Math.min(found.left, from);
    found.right = Math.max(found.right, to);
    found.bottom = row + 1;
    found.area += to - from;
    found.x += ((from + to - 1) / 2) * (to - from);
    found.y += row * (to - from);
  }
  found.x /= found.area;
  found.y /= found.area;
  return found;
}
