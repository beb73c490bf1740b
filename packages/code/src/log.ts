/** What code has written to `console`, up to a limit. */
export class Log {
  readonly #most: number;
  readonly #lines: string[] = [];
  #left: number;
  #dropped = 0;

  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  add(text: string): void {
    if (this.#left <= 0) {
      this.#dropped += 1;
      return;
    }
    const isCut = text.length > this.#left;
    this.#lines.push(isCut ? `${text.slice(0, this.#left)}…` : text);
    this.#left -= text.length + 1;
  }

  /** All lines under a heading; empty if nothing was written. */
  toText(): string {
    if (this.#lines.length === 0) return '';
    const isCut = this.#left < 0 || this.#dropped > 0;
    const rest = isCut
      ? [`(cut: console keeps ${this.#most} characters; ${this.#dropped} further lines were written)`]
      : [];
    return ['Console:', ...this.#lines, ...rest].join('\n');
  }
}
