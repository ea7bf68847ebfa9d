/** Pictures that are dropped, pasted, chosen or photographed. Files only: no address is ever fetched. */

/**
 * Connect the ways to bring a picture.
 *
 * @param {HTMLElement} frame Shows that a picture can be dropped.
 * @param {(file: File) => void} onPicture
 */
export function attachPictures(frame, onPicture) {
  for (const [buttonId, fieldId] of [
    ["open-picture", "picture-file"],
    ["take-photo", "photo-file"],
  ]) {
    const field = document.getElementById(fieldId);
    document.getElementById(buttonId).addEventListener("click", () => field.click());
    field.addEventListener("change", () => {
      const [file] = field.files;
      field.value = ""; // the same file can be chosen again
      if (file) {
        onPicture(file);
      }
    });
  }

  document.addEventListener("paste", (event) => {
    const [file] = event.clipboardData?.files ?? [];
    if (file && !isTyping(event.target)) {
      event.preventDefault();
      onPicture(file);
    }
  });

  // Without these two the browser would leave the page for a file that misses the sheet.
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    frame.classList.toggle("is-target", event.dataTransfer.types.includes("Files"));
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    frame.classList.remove("is-target");
    const [file] = event.dataTransfer.files;
    if (file) {
      onPicture(file);
    }
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) {
      frame.classList.remove("is-target");
    }
  });
}

function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input:not([type=range], [type=radio]), textarea");
}
