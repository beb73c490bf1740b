/** Measures how long a sandbox has computed, in milliseconds. */
export class Stopwatch {
  #usedMs = 0;
  #begunAt = 0;
  #cpuAt = 0;

  begin(): void {
    this.#begunAt = performance.now();
    this.#cpuAt = readCpuMs();
  }

  end(): void {
    this.#usedMs += this.#runningMs();
  }

  reset(): void {
    this.#usedMs = 0;
  }

  /** Whether it has been so long, while it is running. */
  hasPassed(ms: number): boolean {
    // Reading this clock costs little, and it is never behind the other one.
    if (this.#usedMs + performance.now() - this.#begunAt <= ms) return false;
    return this.#usedMs + this.#runningMs() > ms;
  }

  /**
   * On a busy machine, a process waits for its turn. That time is not the code's, so what the processor did for the process
   * counts, where that is known. Other threads of the process can make it more than what has passed.
   */
  #runningMs(): number {
    const passed = performance.now() - this.#begunAt;
    return Number.isNaN(this.#cpuAt) ? passed : Math.min(passed, readCpuMs() - this.#cpuAt);
  }
}

/** `NaN` where it is not known. */
function readCpuMs(): number {
  try {
    const { user, system } = globalThis.process.cpuUsage();
    return user + system > 0 ? (user + system) / 1000 : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
