/** The bearer token of a service that asks for one. It is kept for this tab only. */

import { recall, remember } from "./settings.js";

let inMemory = null; // where storage is blocked

/** Return the token, or null. */
export function readToken() {
  return recall("token", "sessionStorage") ?? inMemory;
}

/**
 * Ask for the token.
 *
 * @returns {Promise<boolean>} Whether one was entered.
 */
export function askForToken() {
  const dialog = document.getElementById("token-dialog");
  const form = document.getElementById("token-form");
  const field = document.getElementById("token");
  if (dialog.open) {
    return Promise.resolve(false);
  }
  if (readToken()) {
    document.getElementById("token-why").textContent = "The service did not accept this token. Please check it.";
  }
  field.value = "";
  dialog.showModal();
  return new Promise((resolve) => {
    let isEntered = false;
    form.onsubmit = (event) => {
      event.preventDefault();
      inMemory = field.value.trim();
      remember("token", inMemory, "sessionStorage");
      isEntered = inMemory !== "";
      dialog.close();
    };
    document.getElementById("cancel-token").onclick = () => dialog.close();
    dialog.onclose = () => resolve(isEntered);
  });
}
