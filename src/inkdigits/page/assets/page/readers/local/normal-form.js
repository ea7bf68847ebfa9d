/** MNIST's normal form: conversion of a crop of ink to a digit image of 28 x 28 pixels. */

import { cut, findBounds } from "./image.js";
import { resize } from "./resize.js";
import { roundHalfEven } from "./rounding.js";
import { adjustStrokeWidth } from "./stroke-width.js";

export const SIDE = 28;

/** Side of the box that a digit fills in the normal form, in pixels. */
export const BOX = 20;

const MIN_SQUARE = 10; // a crop whose longer side is shorter is scaled as if it had this side

/**
 * Convert a crop of ink to MNIST's normal form; see `inkdigits.pictures.digits.normal_form.normalise`.
 * @param {import("./image.js").Image} crop ink 255 on paper 0, of any size
 * @returns {Uint8Array} of length 784, ink 255 on paper 0; zeros if there is no ink
 */
export function normalise(crop) {
  const bounds = findBounds(crop);
  if (bounds[2] === 0) {
    return new Uint8Array(SIDE * SIDE);
  }
  let tight = cut(crop, bounds);
  if (Math.max(tight.width, tight.height) > 1.5 * BOX) {
    tight = adjustStrokeWidth(tight);
  }
  return centre(scaleToBox(tight, Math.max(tight.width, tight.height, MIN_SQUARE)));
}

/** Scale a tight crop by 20 / `square`, and stretch its levels so that the highest is 255. */
function scaleToBox(tight, square) {
  const scale = BOX / square;
  const scaled = square === BOX ? tight : resize(
    tight,
    Math.max(1, roundHalfEven(tight.width * scale)),
    Math.max(1, roundHalfEven(tight.height * scale)),
  );
  const highest = scaled.data.reduce((most, level) => Math.max(most, level), 0);
  if (highest === 0 || highest === 255) {
    return scaled;
  }
  return { ...scaled, data: scaled.data.map((level) => roundHalfEven(level * (255 / highest))) };
}

/** Place a scaled digit so that its centre of mass lies at the centre of the digit image. */
function centre({ data, width, height }) {
  const image = new Uint8Array(SIDE * SIDE);
  let mass = 0, across = 0, down = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const level = data[y * width + x];
      mass += level;
      across += x * level;
      down += y * level;
    }
  }
  if (mass === 0) {
    return image;
  }
  const left = place(across / mass, width), top = place(down / mass, height);
  for (let y = 0; y < height; y++) {
    image.set(data.subarray(y * width, (y + 1) * width), (top + y) * SIDE + left);
  }
  return image;
}

/** Return the first row or column of a digit with a given centre of mass, within the image. */
function place(centreOfMass, size) {
  return Math.min(Math.max(Math.trunc(15 - (centreOfMass + 0.5)), 0), SIDE - size);
}
