/** Reads pictures of one digit in the browser itself: nothing is sent anywhere. */

import { findInk } from "./local/ink-map.js";
import { Network } from "./local/network.js";
import { normalise, SIDE } from "./local/normal-form.js";
import { convertToGrey } from "./local/picture.js";
import { buildBlankReading, buildReading } from "./local/reading.js";
import { roundHalfEven } from "./local/rounding.js";
import { findDigit } from "./local/segmentation.js";
import { ReadError } from "./read-error.js";

/** What this reader can do; the page shows controls for it. */
export const capabilities = {
  layouts: ["digit"],
  inks: ["any"],
  pictures: false,
  notDigit: false, // the network has no output for it
  isLocal: true,
};

let network = null;
let threshold = 1;

/**
 * Set the network that reads.
 *
 * @param {{layers: import("./local/network.js").Layer[], threshold: number}} description Layers without their weights, and the
 *   least probability of an accepted digit.
 * @param {string} weights float32 in little-endian order, in base64.
 */
export function setNetwork(description, weights) {
  network = new Network(description.layers, decodeFloats(weights));
  ({ threshold } = description);
}

/** Return the probabilities of the digits 0 to 9 of a digit image, `Uint8Array` of length 784, ink 255. */
export function score(image) {
  return network.score(image);
}

/**
 * Read a drawing of one digit.
 *
 * @param {HTMLCanvasElement} picture The drawing, black on white.
 * @param {object} options Not used: there is one layout.
 * @param {AbortSignal} signal Ends the reading; the promise is then rejected with the reason of the signal.
 * @returns {Promise<object>} The JSON of a reading, with `image`, a base64 PNG, in each of its `digits`.
 */
export async function read(picture, options, signal) {
  signal.throwIfAborted();
  const { width, height } = picture;
  const found = findDigitImage(picture.getContext("2d").getImageData(0, 0, width, height));
  if (!found) {
    return buildBlankReading(width, height);
  }
  return buildReading(network.score(found.image), found.box, threshold, width, height, encodePng(found.image));
}

/**
 * Find the digit of a drawing, in MNIST's normal form.
 *
 * @param {ImageData} pixels Opaque, dark ink on light paper.
 * @returns {{image: Uint8Array, box: number[]} | null} 28 x 28 levels, ink 255, and the box of the digit in the drawing;
 *   null if there is no ink.
 */
export function findDigitImage(pixels) {
  const grey = convertToGrey(pixels);
  const ink = findInk(grey);
  if (!ink) {
    throw new ReadError(
      "refused",
      "Ink covers almost all of the sheet, or this browser hides drawings from pages as a protection against tracking.",
    );
  }
  const crop = findDigit(ink);
  if (!crop) {
    return null;
  }
  const across = pixels.width / grey.width, down = pixels.height / grey.height;
  return { image: normalise(crop.ink), box: scaleBox(crop.box, across, down) };
}

/** Return the box in the drawing of a box in its reduced copy. */
function scaleBox([x, y, width, height], across, down) {
  const left = roundHalfEven(x * across), top = roundHalfEven(y * down);
  return [
    left,
    top,
    Math.max(1, roundHalfEven((x + width) * across) - left),
    Math.max(1, roundHalfEven((y + height) * down) - top),
  ];
}

/** Encode a digit image as PNG, in base64. */
function encodePng(image) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const pixels = new ImageData(SIDE, SIDE);
  image.forEach((level, i) => pixels.data.set([level, level, level, 255], 4 * i));
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return canvas.toDataURL("image/png").split(",")[1];
}

/** Decode float32 numbers in little-endian order, also on a big-endian processor. */
function decodeFloats(text) {
  const view = new DataView(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer);
  return Float32Array.from({ length: view.byteLength >> 2 }, (_, i) => view.getFloat32(4 * i, true));
}
