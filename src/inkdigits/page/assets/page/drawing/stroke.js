/**
 * Strokes of the pen and how they are painted.
 *
 * A stroke is a list of points `{x, y, width}`: coordinates and width in units of the sheet (pixels of CSS at its first size).
 */

const NEAREST = 0.7; // closer points only add noise of the hand: below a pixel no curve changes

/** One line of the pen, from pen down to pen up. */
export class Stroke {
  /**
   * @param {number} width Width of the pen, in units of the sheet.
   * @param {{width: number, height: number}} sheet Size of the visible sheet when the stroke was begun, in units.
   */
  constructor(width, sheet) {
    this.width = width;
    this.sheet = sheet;
    this.points = [];
  }

  /**
   * Add a point unless it equals the last one; return whether it was added.
   *
   * @param {number} x
   * @param {number} y
   * @param {number|null} pressure 0 to 1 of a pen, or null where there is none.
   */
  add(x, y, pressure = null) {
    const last = this.points.at(-1);
    if (last && Math.hypot(x - last.x, y - last.y) < NEAREST) {
      return false;
    }
    // Half pressure, which browsers report for a normal hand, gives the chosen width.
    let width = pressure === null ? this.width : this.width * (0.4 + 1.2 * pressure);
    if (last && pressure !== null) {
      width = 0.6 * last.width + 0.4 * width; // pens report pressure in steps
    }
    this.points.push({ x, y, width });
    return true;
  }
}

/**
 * Paint a stroke, or its end from the point `from`, with the stroke style of the context.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke} stroke
 * @param {number} from Index of the first new point.
 */
export function paintStroke(context, stroke, from = 0) {
  const { points } = stroke;
  if (points.length === 0) {
    return;
  }
  context.lineCap = "round";
  context.lineJoin = "round";
  if (points.length === 1) {
    const [{ x, y, width }] = points;
    paintSegment(context, width, () => {
      context.moveTo(x, y);
      context.lineTo(x, y);
    });
    return;
  }
  // Quadratic curves between the middles of the points: each point is the control point of one curve.
  for (let index = Math.max(1, from); index < points.length; index += 1) {
    const [before, point] = [points[index - 1], points[index]];
    const start = index > 1 ? middle(points[index - 2], before) : before;
    const end = middle(before, point);
    paintSegment(context, (before.width + point.width) / 2, () => {
      context.moveTo(start.x, start.y);
      context.quadraticCurveTo(before.x, before.y, end.x, end.y);
      if (index === points.length - 1) {
        context.lineTo(point.x, point.y);
      }
    });
  }
}

function paintSegment(context, width, trace) {
  context.lineWidth = width;
  context.beginPath();
  trace();
  context.stroke();
}

function middle(a, b) {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
