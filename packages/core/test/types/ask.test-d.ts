import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { Answer, McpCall } from '../../src/index.ts';

const call = {} as McpCall;

test('what a person answers is typed by the schema', async () => {
  const answer = await call.ask({ message: 'How many?', schema: z.object({ count: z.number() }) });
  expectTypeOf(answer).not.toBeAny();
  expectTypeOf(answer).toEqualTypeOf<Answer<{ count: number }>>();
  if (answer.action === 'accept') {
    expectTypeOf(answer.content).not.toBeAny();
    expectTypeOf(answer.content).toEqualTypeOf<{ count: number }>();
  }
});

test('a schema that transforms gives what it makes', async () => {
  const schema = z.object({ when: z.string().transform((text) => new Date(text)) });
  const answer = await call.ask({ message: 'When?', schema });
  if (answer.action === 'accept') expectTypeOf(answer.content).toEqualTypeOf<{ when: Date }>();
});

test('there is no content before it is known that there was an answer', async () => {
  const answer = await call.ask({ message: 'How many?', schema: z.object({ count: z.number() }) });
  // @ts-expect-error it may have been declined
  void answer.content;
  expectTypeOf(answer.action).toEqualTypeOf<'accept' | 'decline' | 'cancel'>();
});

test('a JSON Schema says nothing of types, and is unknown rather than any', async () => {
  const answer = await call.ask({
    message: 'How many?',
    schema: { type: 'object', properties: { count: { type: 'number' } } },
  });
  if (answer.action === 'accept') {
    expectTypeOf(answer.content).not.toBeAny();
    expectTypeOf(answer.content['count']).toEqualTypeOf<unknown>();
  }
});

test('a question has a form or a page, and only forms of flat fields', () => {
  void call.ask({ message: 'Sign in', url: 'https://bank.example/' });
  // @ts-expect-error neither a form nor a page
  void call.ask({ message: 'How many?' });
  // @ts-expect-error what a form asks for is no object
  void call.ask({ message: 'x', schema: { type: 'object', properties: { a: { type: 'object' } } } });
});
