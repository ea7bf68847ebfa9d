/** The length of the contours of a mask, by border following. */

// Steps to the eight neighbours, counterclockwise from the right; y points down.
const STEPS = [[1, 0], [1, -1], [0, -1], [-1, -1], [-1, 0], [-1, 1], [0, 1], [1, 1]];
const DIAGONAL = Math.fround(Math.SQRT2);

/**
 * Measure the length of all outer and inner contours of a mask, as polygons through the centres of border pixels.
 *
 * Source: S. Suzuki and K. Abe, "Topological Structural Analysis of Digitized Binary Images by Border Following", CVGIP
 * 30:32, 1985. The contours are those of `cv2.findContours` with CHAIN_APPROX_NONE.
 * @param {import("./image.js").Image} mask 1 on ink, 0 on paper and on its outermost pixels
 * @returns {number} in pixels
 */
export function measureContours({ data, width, height }) {
  // 0 paper, 1 ink; visited borders are 2, and -2 where paper follows on the right.
  const marks = Int8Array.from(data);
  const offsets = STEPS.map(([x, y]) => x + y * width);
  let nStraight = 0, nDiagonal = 0;

  /** Follow a border from a pixel whose neighbour in the direction `from` is paper, and count its steps. */
  function follow(start, from) {
    let direction = from;
    do {
      direction = (direction + 7) & 7; // clockwise
    } while (marks[start + offsets[direction]] === 0 && direction !== from);
    if (marks[start + offsets[direction]] === 0) {
      marks[start] = -2; // a single pixel
      return;
    }
    const second = start + offsets[direction];
    let here = start;
    for (;;) {
      const back = direction;
      let hasPaperOnRight = false;
      do {
        direction = (direction + 1) & 7; // counterclockwise
        if (marks[here + offsets[direction]] !== 0) {
          break;
        }
        if (direction === 0) {
          hasPaperOnRight = true;
        }
      } while (direction !== back);
      if (hasPaperOnRight) {
        marks[here] = -2;
      } else if (marks[here] === 1) {
        marks[here] = 2;
      }
      if (direction & 1) {
        nDiagonal++;
      } else {
        nStraight++;
      }
      const next = here + offsets[direction];
      if (next === start && here === second) {
        return;
      }
      here = next;
      direction = (direction + 4) & 7;
    }
  }

  for (let y = 1; y < height - 1; y++) {
    for (let place = y * width + 1; place < (y + 1) * width - 1; place++) {
      const mark = marks[place];
      if (mark === 0) {
        continue;
      }
      if (mark === 1 && marks[place - 1] === 0) {
        follow(place, 4);
      } else if (mark >= 1 && marks[place + 1] === 0) {
        follow(place, 0);
      }
    }
  }
  return nStraight + nDiagonal * DIAGONAL;
}
