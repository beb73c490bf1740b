/** Test files that count what a whole process holds: timers, handles, memory. Each has a process to itself. */
export const alone = [
  'src/testing/matchers/matchers.test.ts',
  'test/{generator-result,late-import,settle,span,timeout}.test.ts',
];
