/** The network: layers and weights as `inkdigits page --static` writes them from a model file. */

import { SIDE } from "./normal-form.js";

/**
 * A convolution without dilation or groups, a matrix product, or a rectification.
 * @typedef {object} Layer
 * @property {"convolution" | "dense" | "relu"} kind
 * @property {number[]} shape of a convolution [outputs, inputs, height, width], of a dense layer [inputs, outputs]
 * @property {[number, number]} strides of a convolution, down and across
 * @property {[number, number, number, number]} pads of a convolution: top, left, bottom, right
 */

/** A classifier of digit images. */
export class Network {
  /**
   * @param {Layer[]} layers the first is a convolution; the outputs of the last one are logits
   * @param {Float32Array} weights of each layer in turn: its weights, then its biases
   */
  constructor(layers, weights) {
    let place = 0;
    const take = (n) => weights.subarray(place, place += n);
    this.layers = layers.map((layer) => {
      if (layer.kind === "relu") {
        return layer;
      }
      const n = layer.shape.reduce((product, length) => product * length, 1);
      const nOutputs = layer.kind === "convolution" ? layer.shape[0] : layer.shape[1];
      return { ...layer, weights: take(n), biases: take(nOutputs) };
    });
    if (place !== weights.length) {
      throw new Error(`expected ${place} weights, but there are ${weights.length}`);
    }
  }

  /**
   * Score a digit image.
   * @param {Uint8Array} image of length 784, ink 255 on background 0
   * @returns {number[]} the probabilities of the digits 0 to 9; sum 1
   */
  score(image) {
    let values = { data: Float32Array.from(image), channels: 1, width: SIDE, height: SIDE };
    for (const layer of this.layers) {
      values = OPERATIONS[layer.kind](values, layer);
    }
    return softmax(values.data);
  }
}

const OPERATIONS = {
  convolution: convolve,
  dense: multiply,
  relu(values) {
    return { ...values, data: values.data.map((value) => Math.max(value, 0)) };
  },
};

function convolve({ data, channels, width, height }, { shape, strides, pads, weights, biases }) {
  const [nOutputs, , kernelHeight, kernelWidth] = shape;
  const outHeight = Math.floor((height + pads[0] + pads[2] - kernelHeight) / strides[0]) + 1;
  const outWidth = Math.floor((width + pads[1] + pads[3] - kernelWidth) / strides[1]) + 1;
  const result = new Float32Array(nOutputs * outHeight * outWidth);
  let place = 0;
  for (let output = 0; output < nOutputs; output++) {
    for (let y = 0; y < outHeight; y++) {
      const top = y * strides[0] - pads[0];
      for (let x = 0; x < outWidth; x++) {
        const left = x * strides[1] - pads[1];
        const from = Math.max(0, -left), to = Math.min(kernelWidth, width - left);
        let sum = biases[output];
        for (let channel = 0; channel < channels; channel++) {
          for (let j = Math.max(0, -top); j < Math.min(kernelHeight, height - top); j++) {
            const row = (channel * height + top + j) * width + left;
            const kernelRow = ((output * channels + channel) * kernelHeight + j) * kernelWidth;
            for (let i = from; i < to; i++) {
              sum += data[row + i] * weights[kernelRow + i];
            }
          }
        }
        result[place++] = sum;
      }
    }
  }
  return { data: result, channels: nOutputs, width: outWidth, height: outHeight };
}

/** Multiply the values, flattened with the channels last as Keras does, by a matrix. */
function multiply({ data, channels, width, height }, { shape, weights, biases }) {
  const [, nOutputs] = shape;
  const result = Float64Array.from(biases);
  for (let pixel = 0, row = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < channels; channel++, row += nOutputs) {
      const value = data[channel * width * height + pixel];
      if (value === 0) {
        continue;
      }
      for (let output = 0; output < nOutputs; output++) {
        result[output] += value * weights[row + output];
      }
    }
  }
  return { data: result, channels: nOutputs, width: 1, height: 1 };
}

function softmax(logits) {
  const highest = Math.max(...logits);
  const exponentials = Array.from(logits, (logit) => Math.exp(logit - highest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}
