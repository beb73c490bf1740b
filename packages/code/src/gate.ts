/** Lets so many in at once. The others wait in their order. */
export class Gate {
  readonly #most: number;
  #inside = 0;
  readonly #waiting = new Set<() => void>();

  constructor(most: number) {
    this.#most = most;
  }

  /** How many are inside. */
  get inside(): number {
    return this.#inside;
  }

  /** Resolves to `true` when there is a place, and to `false` if that takes too long. Whoever got in has to leave. */
  async enter(signal: AbortSignal, timeoutMs: number): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#inside < this.#most) {
      this.#inside += 1;
      return true;
    }
    return new Promise((resolve) => {
      const stop = (isIn: boolean) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        this.#waiting.delete(letIn);
        resolve(isIn);
      };
      const letIn = () => stop(true);
      const giveUp = () => stop(false);
      const timer = setTimeout(giveUp, timeoutMs);
      this.#waiting.add(letIn);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Gives the place to the next one. */
  leave(): void {
    const [next] = this.#waiting;
    if (next) next();
    else this.#inside -= 1;
  }
}
