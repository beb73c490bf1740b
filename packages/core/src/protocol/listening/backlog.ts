import type { Change } from './change.ts';

/** From this number of waiting changes on, one is not told twice. */
const few = 100;
/** How many changes wait for a client that does not read. Of more, the oldest are dropped. */
const most = 2000;

/** The changes that a client has not read yet. They do not pile up, because most of them repeat each other. */
export class Backlog {
  #waiting: Change[] = [];
  /** When so many wait, those that are there twice are dropped. */
  #limit = few;

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(change: Change): void {
    this.#waiting.push(change);
    if (this.#waiting.length > this.#limit) this.#shorten();
  }

  take(): Change | undefined {
    return this.#waiting.shift();
  }

  #shorten(): void {
    const seen = new Set<string>();
    const isNew = ({ head }: Change) => !seen.has(head) && seen.add(head);
    this.#waiting = this.#waiting.filter(isNew).slice(-most);
    // Not with every change, when all of them are different.
    this.#limit = Math.max(few, 2 * this.#waiting.length);
  }
}
