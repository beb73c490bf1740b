/**
 * How long a task may run, and how long its result is kept: short, so that many expire while the load runs, and long enough for
 * a slow machine.
 */
export const taskMs = 40_000;
