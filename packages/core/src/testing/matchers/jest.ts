import type { Expect } from 'expect';
import { mcpMatchers, type McpMatchers } from './matchers.ts';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T> extends McpMatchers<R> {}
}

declare global {
  namespace jest {
    interface Matchers<R, T> extends McpMatchers<R> {}
  }
}

const { expect } = globalThis as { expect?: Expect };
if (!expect) {
  throw new Error(
    'there is no global expect to extend; without jest’s globals, call expect.extend(mcpMatchers) yourself',
  );
}
expect.extend(mcpMatchers);
