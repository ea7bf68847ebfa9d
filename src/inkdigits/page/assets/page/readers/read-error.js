/** A picture could not be read. */
export class ReadError extends Error {
  /**
   * @param {"busy"|"offline"|"token"|"too_large"|"refused"|"failed"} kind
   *   busy: try again after `retryAfter`; offline: no answer came; token: a token is needed, or another one; too_large: the
   *   picture is above a limit; refused: the picture or the options cannot be read; failed: anything else.
   * @param {string} message One line for a person.
   * @param {{retryAfter?: number}} [details] Seconds until the next try.
   */
  constructor(kind, message, { retryAfter } = {}) {
    super(message);
    this.name = "ReadError";
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}
