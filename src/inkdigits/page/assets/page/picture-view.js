/** Shows the picture that is read, in place of the drawing. */

const NARROWEST = 0.7; // width by height of the frame around a picture
const WIDEST = 2.2;

export class PictureView {
  #url = null;
  #shown = null;

  /**
   * @param {HTMLElement} frame Around the sheet.
   * @param {HTMLImageElement} image
   * @param {HTMLElement} substitute Shown if the browser cannot decode the picture.
   */
  constructor(frame, image, substitute) {
    this.frame = frame;
    this.image = image;
    this.substitute = substitute;
    image.addEventListener("load", () => this.setSize({ width: image.naturalWidth, height: image.naturalHeight }));
    image.addEventListener("error", () => {
      image.hidden = true;
      substitute.hidden = this.#shown === null;
    });
  }

  /**
   * Show a picture, or none.
   *
   * @param {{blob: Blob, name: string}|null} picture
   * @returns {boolean} Whether it is another one than before.
   */
  show(picture) {
    if (picture === this.#shown) {
      return false;
    }
    this.#shown = picture;
    if (this.#url) {
      URL.revokeObjectURL(this.#url);
      this.#url = null;
    }
    this.substitute.hidden = true;
    this.image.hidden = picture === null;
    this.frame.classList.toggle("has-picture", picture !== null);
    if (picture) {
      this.#url = URL.createObjectURL(picture.blob);
      this.image.src = this.#url;
      this.image.alt = picture.name ? `Picture: ${picture.name}` : "Picture";
    } else {
      this.image.removeAttribute("src");
      this.frame.style.aspectRatio = "";
    }
    return true;
  }

  /** Give the frame the shape of the picture. */
  setSize({ width, height }) {
    if (this.#shown) {
      this.frame.style.aspectRatio = String(Math.max(NARROWEST, Math.min(WIDEST, width / height)));
    }
  }
}
