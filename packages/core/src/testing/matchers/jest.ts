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
    'there is no global expect to teach matchers to; without jest’s globals, call expect.extend(mcpMatchers)',
  );
}
expect.extend(mcpMatchers);
