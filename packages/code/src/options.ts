import { SetupError, type SetupProblem } from '@trpc-mcp/core';

/** What code that a model writes may use. Each limit has a default, and a sentence that the model reads when it meets it. */
export interface CodeLimits {
  /** How long a run may take in all, with its calls, in milliseconds. 30,000 by default. */
  timeoutMs: number;
  /**
   * How long the code itself may compute, in milliseconds of the processor, without the time that it waits for calls. 500 by
   * default. The process does nothing else in this time.
   */
  cpuMs: number;
  /** How much memory the code may use, in bytes. 64 MiB by default. */
  memoryBytes: number;
  /** How many calls a run may make. 200 by default. */
  maxCalls: number;
  /** How many calls of a run are under way at once. The others wait. 10 by default. */
  maxConcurrentCalls: number;
  /** How many runs are under way at once, for all callers. The others wait, no longer than `timeoutMs`. 8 by default. */
  maxRuns: number;
  /** How large the code may be, in bytes. 65,536 by default. */
  maxCodeBytes: number;
  /** How many characters of `console` output come back. 8,000 by default. */
  maxConsoleCharacters: number;
  /** How many tokens a result may have. By default that of the handler's option `result`, else 10,000. */
  maxTokens: number | undefined;
}

/** The limits that hold where the app sets none. */
const usualLimits: CodeLimits = {
  timeoutMs: 30_000,
  cpuMs: 500,
  memoryBytes: 64 * 1024 * 1024,
  maxCalls: 200,
  maxConcurrentCalls: 10,
  maxRuns: 8,
  maxCodeBytes: 64 * 1024,
  maxConsoleCharacters: 8000,
  maxTokens: undefined,
};

/** How many tokens a result may have where nothing says it. */
export const usualTokens = 10_000;

/** The engine needs some memory of its own. */
const leastMemoryBytes = 4 * 1024 * 1024;
/** Memory of WebAssembly has 32 bits, and QuickJS needs some around. */
const mostMemoryBytes = 1024 * 1024 * 1024;
/** The longest that a timer takes. */
const mostMs = 2 ** 31 - 1;

/** Reads the limits. Throws a `SetupError` with every option that is wrong. */
export function toLimits(options: object, otherNames: readonly string[]): CodeLimits {
  if (typeof options !== 'object' || (options as object | null) === null || Array.isArray(options)) {
    const message = 'its options have to be an object, such as { timeoutMs: 10_000 }, or be left out';
    throw new SetupError([{ code: 'OPTION_INVALID', path: 'codeMode', message }]);
  }
  const problems: SetupProblem[] = [];
  const limits: CodeLimits = { ...usualLimits };
  const names = Object.keys(usualLimits) as (keyof CodeLimits)[];
  for (const [name, value] of Object.entries(options)) {
    if (otherNames.includes(name)) continue;
    const limit = names.find((each) => each === name);
    if (limit === undefined) {
      const message = `it is not an option; the options are: ${[...names, ...otherNames].join(', ')}`;
      problems.push({ code: 'OPTION_UNKNOWN', path: `codeMode.${name}`, message });
    } else if (value !== undefined) {
      const words = problemOf(limit, value);
      if (words === undefined) limits[limit] = value as number;
      else problems.push({ code: 'LIMIT_INVALID', path: `codeMode.${name}`, message: words });
    }
  }
  if (problems.length > 0) throw new SetupError(problems);
  return limits;
}

function problemOf(name: keyof CodeLimits, value: unknown): string | undefined {
  if (!Number.isSafeInteger(value) || (value as number) < 1) return 'it has to be a whole number, at least 1';
  const number = value as number;
  if (name === 'memoryBytes' && (number < leastMemoryBytes || number > mostMemoryBytes))
    return `it has to be from ${leastMemoryBytes} to ${mostMemoryBytes}`;
  if ((name === 'timeoutMs' || name === 'cpuMs') && number > mostMs) return `it has to be at most ${mostMs}`;
  return undefined;
}
