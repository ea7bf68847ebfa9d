/** Reads pictures with the service that serves this page: POST v1/read. */

import { readToken } from "../token-dialog.js";
import { ReadError } from "./read-error.js";

/** What this reader can do; the page shows controls for it. */
export const capabilities = {
  layouts: ["auto", "digit", "line", "boxes", "page"],
  inks: ["auto", "any", "handwritten", "printed"],
  pictures: true,
  notDigit: true,
  isLocal: false,
};

const ADDRESS = new URL("../../v1/read", import.meta.url);

/**
 * Read a picture.
 *
 * @param {HTMLCanvasElement|Blob} picture A drawing, black on white, or a picture file.
 * @param {{layout: string, ink: string, page: number}} options Values of `capabilities`; page of a document, from 1.
 * @param {AbortSignal} signal Ends the request; the promise is then rejected with the reason of the signal.
 * @returns {Promise<object>} The JSON of a reading, with `image`, a base64 PNG, in each of its `digits`, and with `nPages`.
 */
export async function read(picture, { layout, ink, page }, signal) {
  const body = picture instanceof Blob ? picture : await encodePng(picture);
  signal.throwIfAborted();
  // Browsers guess the type from the name; the service finds the format itself, and says what it found.
  const headers = { "Content-Type": body.type.startsWith("image/") ? body.type : "application/octet-stream" };
  const token = readToken();
  if (token) {
    headers.Authorization = `Bearer ${token}`;
  }
  const address = new URL(ADDRESS);
  address.search = new URLSearchParams({ images: "true", layout, ink, page }).toString();
  let response;
  try {
    response = await fetch(address, { method: "POST", body, headers, signal, cache: "no-store" });
  } catch (error) {
    signal.throwIfAborted();
    throw new ReadError("offline", "The service does not answer.", { cause: error });
  }
  const answer = await readJson(response, signal);
  if (response.ok && answer) {
    return { ...answer, nPages: Number(response.headers.get("Page-Count") ?? 1) };
  }
  throw describeFailure(response, answer);
}

async function readJson(response, signal) {
  try {
    return await response.json();
  } catch {
    signal.throwIfAborted();
    return null; // an answer of a proxy, or one that was cut off
  }
}

/** Return the error for an answer that is not a reading. */
function describeFailure(response, answer) {
  const message = typeof answer?.error === "string" ? answer.error : "";
  const { status } = response;
  if (status === 401) {
    return new ReadError("token", message || "The service asks for a token.");
  }
  if (status === 413) {
    return new ReadError("too_large", message || "The picture is larger than the service takes.");
  }
  if (status === 429 || status === 503) {
    const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
    return new ReadError("busy", "The service is busy.", { retryAfter: seconds > 0 ? seconds : 2 });
  }
  if (status >= 400 && status < 500) {
    return new ReadError("refused", message || `The service refused the picture (status ${status}).`);
  }
  return new ReadError("failed", message || `The service failed (status ${status}).`);
}

function encodePng(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) {
        resolve(blob);
      } else {
        reject(new ReadError("failed", "This browser could not encode the drawing as PNG."));
      }
    }, "image/png");
  });
}
