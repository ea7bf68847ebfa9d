/** Choices that the browser remembers. Storage may be blocked or full: the page then works without it. */

const PREFIX = "inkdigits.";

/** Return a remembered text, or null. */
export function recall(name, storage = "localStorage") {
  try {
    return window[storage].getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Remember a text; null forgets it. */
export function remember(name, value, storage = "localStorage") {
  try {
    if (value === null) {
      window[storage].removeItem(PREFIX + name);
    } else {
      window[storage].setItem(PREFIX + name, value);
    }
  } catch {
    // not remembered
  }
}
