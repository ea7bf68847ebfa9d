/** Drawing with the keyboard: arrow keys move a pen, the space bar puts it down and lifts it. */

const STEP = 12; // CSS pixels
const SMALL_STEP = 3;
const DIRECTIONS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  Home: [-1, -1],
  PageUp: [1, -1],
  End: [-1, 1],
  PageDown: [1, 1],
};

/**
 * Draw on the sheet with the keyboard.
 *
 * @param {import("./sheet.js").Sheet} sheet
 * @param {HTMLElement} cursor Shown at the place of the pen.
 * @param {{penWidth: () => number, announce: (text: string) => void}} tools
 */
export function attachKeyboardPen(sheet, cursor, { penWidth, announce }) {
  const { canvas, history } = sheet;
  const pressed = new Set();
  let place = null; // in units of the sheet
  let isDown = false;

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || history.current.picture) {
      return;
    }
    if (event.key in DIRECTIONS) {
      event.preventDefault();
      pressed.add(event.key);
      move(event.shiftKey ? SMALL_STEP : STEP);
    } else if (event.key === " ") {
      event.preventDefault();
      if (!event.repeat) {
        toggle();
      }
    } else if (event.key === "Escape" && isDown) {
      lift();
    }
  });
  canvas.addEventListener("keyup", (event) => pressed.delete(event.key));
  canvas.addEventListener("blur", () => {
    pressed.clear();
    lift();
    cursor.hidden = true;
  });
  canvas.addEventListener("pointerdown", () => {
    lift();
    cursor.hidden = true;
  });
  history.addEventListener("change", () => {
    if (isDown && !history.draft) {
      isDown = false; // undone or cleared
      show();
    }
  });
  canvas.addEventListener("sheetresize", () => place && show());

  function move(step) {
    place ??= { x: sheet.width / 2, y: sheet.height / 2 };
    let [dx, dy] = [0, 0];
    for (const key of pressed) {
      dx += DIRECTIONS[key][0];
      dy += DIRECTIONS[key][1];
    }
    const distance = step / sheet.scale;
    place.x = clamp(place.x + Math.sign(dx) * distance, sheet.width);
    place.y = clamp(place.y + Math.sign(dy) * distance, sheet.height);
    if (isDown && history.draft?.add(place.x, place.y)) {
      history.extendStroke();
    }
    show();
  }

  function toggle() {
    if (isDown) {
      lift();
      return;
    }
    place ??= { x: sheet.width / 2, y: sheet.height / 2 };
    const stroke = sheet.startStroke(penWidth());
    stroke.add(place.x, place.y);
    isDown = true;
    history.beginStroke(stroke);
    announce("Pen down");
    show();
  }

  function lift() {
    if (isDown) {
      isDown = false;
      history.finishStroke();
      announce("Pen up");
      show();
    }
  }

  function show() {
    cursor.hidden = document.activeElement !== canvas;
    cursor.classList.toggle("is-down", isDown);
    cursor.style.transform = `translate(${place.x * sheet.scale}px, ${place.y * sheet.scale}px)`;
  }
}

function clamp(value, limit) {
  return Math.max(0, Math.min(limit, value));
}
