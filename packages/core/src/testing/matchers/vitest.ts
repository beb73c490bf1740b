import { expect } from 'vitest';
import { mcpMatchers, type McpMatchers } from './matchers.ts';

declare module 'vitest' {
  // What an interface merges with has to have its name and its parameters.
  interface Matchers<T> extends McpMatchers<T> {}
}

expect.extend(mcpMatchers);
