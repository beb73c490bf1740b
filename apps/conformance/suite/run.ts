import type { Shape } from '../src/server.ts';

/** One way to run the official suite. Each is run with the fast lane on and off, and both must give the same result. */
export interface Run {
  revision: '2026-07-28' | '2025-11-25';
  /** How clients of that revision are served. For those of 2026 there is only one way. */
  legacy: Shape['legacy'];
  /** The folder in `node_modules`. */
  suite: '@modelcontextprotocol/conformance' | 'conformance-2025';
  /** The suite's arguments for the scenarios to run, */
  select: string[];
  /** and for the list of those that are required. */
  list: string[];
  /** Which scenarios of extensions are run too. None by default. */
  extensions?: RegExp;
}

const toRun = (revision: Run['revision'], legacy: Run['legacy']): Run => ({
  revision,
  legacy,
  suite: '@modelcontextprotocol/conformance',
  select: ['--requirements', revision],
  list: ['--requirements', revision],
  // Tasks are an extension of 2026 alone.
  extensions: revision === '2026-07-28' ? /./ : /^sep-2640-/,
});

/** The last release does not know revision 2026-07-28, and requires all of its scenarios. */
const toReleasedRun = (legacy: Run['legacy']): Run => ({
  revision: '2025-11-25',
  legacy,
  suite: 'conformance-2025',
  select: ['--suite', 'all'],
  list: ['--server'],
});

export const runs: Run[] = [
  toRun('2026-07-28', 'stateless'),
  toRun('2025-11-25', 'stateless'),
  toRun('2025-11-25', 'sessions'),
  toReleasedRun('stateless'),
  toReleasedRun('sessions'),
];
