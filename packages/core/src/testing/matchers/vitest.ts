import { expect } from 'vitest';
import { mcpMatchers, type McpMatchers } from './matchers.ts';

declare module 'vitest' {
  // Interfaces merge only if their names and type parameters are the same.
  interface Matchers<T> extends McpMatchers<T> {}
}

expect.extend(mcpMatchers);
