/** Drawing with mouse, finger or pen. */

const PRIMARY = 0; // left button, finger, tip of the pen

/**
 * Draw on the sheet with pointers, one at a time.
 *
 * @param {import("./sheet.js").Sheet} sheet
 * @param {() => number} penWidth Width of the pen, in CSS pixels.
 */
export function attachPointerPen(sheet, penWidth) {
  const { canvas, history } = sheet;
  let pointer = null; // {id, type} of the pointer that draws

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== PRIMARY || history.current.picture) {
      return;
    }
    if (pointer) {
      if (event.pointerType !== "pen" || pointer.type === "pen") {
        return; // a second finger
      }
      history.abandonStroke(); // the hand touched the screen before the pen did
    }
    pointer = { id: event.pointerId, type: event.pointerType };
    canvas.setPointerCapture(event.pointerId);
    const stroke = sheet.startStroke(penWidth());
    addPoint(stroke, event);
    history.finishStroke(); // of the keyboard
    history.beginStroke(stroke);
  });

  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer?.id || !history.draft) {
      return;
    }
    const events = event.getCoalescedEvents?.() ?? [];
    let isLonger = false;
    for (const each of events.length > 0 ? events : [event]) {
      isLonger = addPoint(history.draft, each) || isLonger;
    }
    if (isLonger) {
      history.extendStroke();
    }
  });

  canvas.addEventListener("pointerup", (event) => {
    if (event.pointerId === pointer?.id) {
      pointer = null;
      history.finishStroke();
    }
  });

  // The browser takes the pointer away, for example to zoom with two fingers.
  canvas.addEventListener("pointercancel", (event) => {
    if (event.pointerId === pointer?.id) {
      pointer = null;
      history.abandonStroke();
    }
  });

  function addPoint(stroke, event) {
    const { x, y } = sheet.locate(event);
    // Only pens measure pressure; mice report 0.5 and fingers anything.
    return stroke.add(x, y, event.pointerType === "pen" && event.pressure > 0 ? event.pressure : null);
  }
}
