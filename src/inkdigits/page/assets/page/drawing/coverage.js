/** How much of a drawing was read. */

/**
 * Return the share of the length of strokes that lies outside all boxes; 0 if there is no line.
 *
 * @param {import("./stroke.js").Stroke[]} strokes
 * @param {number[][]} boxes x, y, width and height, in units of the sheet.
 */
export function measureOutside(strokes, boxes) {
  let [all, outside] = [0, 0];
  for (const { points, width } of strokes) {
    for (let index = 1; index < points.length; index += 1) {
      const [from, to] = [points[index - 1], points[index]];
      const length = Math.hypot(to.x - from.x, to.y - from.y);
      all += length;
      if (!boxes.some((box) => contains(box, from, width) || contains(box, to, width))) {
        outside += length;
      }
    }
  }
  return all > 0 ? outside / all : 0;
}

/** Return whether a point lies in a box or at most `margin` beside it. */
function contains([x, y, width, height], point, margin) {
  return point.x >= x - margin && point.x <= x + width + margin && point.y >= y - margin && point.y <= y + height + margin;
}
