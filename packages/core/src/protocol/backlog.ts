/** From this number of waiting messages on, a change is not told twice. */
const few = 100;
/** How many messages wait for a client that does not read. Of more, the oldest are dropped. */
const most = 2000;

/** The changes that a client has not read yet. They do not pile up, because most of them repeat each other. */
export class Backlog {
  #waiting: string[] = [];
  /** When so many wait, those that are there twice are dropped. */
  #limit = few;
  #onChange: () => void = () => undefined;
  #isOver = false;

  add(message: string): void {
    if (this.#isOver) return;
    this.#waiting.push(message);
    if (this.#waiting.length > this.#limit) this.#shorten();
    this.#onChange();
  }

  /** Resolves with the next message, as soon as there is one; with `undefined` at the end. */
  async take(): Promise<string | undefined> {
    while (this.#waiting.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => (this.#onChange = resolve));
    }
    return this.#waiting.shift();
  }

  /** Takes nothing more. What waits can still be read. */
  end(): void {
    this.#isOver = true;
    this.#onChange();
  }

  /** Ends it, and forgets what waits. */
  drop(): void {
    this.#waiting = [];
    this.end();
  }

  #shorten(): void {
    this.#waiting = [...new Set(this.#waiting)].slice(-most);
    // Not with every message, when all of them are different.
    this.#limit = Math.max(few, 2 * this.#waiting.length);
  }
}
