/**
 * Holds messages back until the client has read those before, so that nothing piles up for a client that does not read.
 * One of them is always allowed ahead.
 */
export class Flow {
  readonly #waiting: (() => void)[] = [];
  #mayGoOn = false;
  #isOver = false;

  /** Resolves when the client has read what was sent so far, or reads no more. */
  ready(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    if (this.#mayGoOn) {
      this.#mayGoOn = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** Tells that the client reads on. One message may be sent then, also if several calls of a batch wait. */
  advance(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#mayGoOn = true;
  }

  /** Tells that nobody reads a stream: the client has left, or gets one body. */
  end(): void {
    this.#isOver = true;
    for (const go of this.#waiting.splice(0)) go();
  }
}
