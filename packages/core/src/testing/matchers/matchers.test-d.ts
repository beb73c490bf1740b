import { expect as jestExpect } from 'expect';
import { expect, test } from 'vitest';
import { expectTypeOf } from 'vitest';
import { type MatcherVerdict, mcpMatchers, type ToolResult } from '../testing.ts';
import './vitest.ts';

const result = {} as ToolResult;

test('vitest knows the matcher, and its codes', () => {
  void (() => expect(result).toBeToolError('FORBIDDEN', /admins/));
  void (() => expect(result).not.toBeToolError());
  expectTypeOf(() => expect(result).resolves.toBeToolError('FORBIDDEN')).returns.not.toBeAny();
  expectTypeOf(() => expect(result).resolves.toBeToolError('FORBIDDEN')).returns.resolves.toBeVoid();
  // @ts-expect-error there is no such code
  void (() => expect(result).toBeToolError('FORBIDEN'));
  // @ts-expect-error a message is text or a pattern
  void (() => expect(result).toBeToolError('FORBIDDEN', 1));
});

test('what a matcher returns has a type, for one that wraps it', () => {
  expectTypeOf<ReturnType<typeof mcpMatchers.toBeToolError>>().toEqualTypeOf<MatcherVerdict>();
  expectTypeOf<MatcherVerdict>().not.toBeAny();
  // @ts-expect-error the message is a function
  void ({ pass: true, message: 'words' } satisfies MatcherVerdict);
});

test('jest knows it too', () => {
  void (() => jestExpect(result).toBeToolError('FORBIDDEN', 'admins'));
  expectTypeOf(() => jestExpect(result).toBeToolError()).returns.toBeVoid();
  // @ts-expect-error there is no such code
  void (() => jestExpect(result).toBeToolError('FORBIDEN'));
  jestExpect.extend(mcpMatchers);
});
