import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import { expect, test } from 'vitest';
import { ownMessageOf, toError } from './thrown.ts';

test('an error comes out as it is, and anything else as one', () => {
  const error = new TypeError('no');
  expect(toError(error)).toBe(error);
  expect(toError('no')).toEqual(new Error('no', { cause: 'no' }));
  expect(toError(undefined).message).toBe('undefined');
  expect(toError(Object.create(null)).message).toBe('something was thrown that cannot be read');
});

test.each<[string, TRPCError, string | undefined]>([
  ['a message of its own', new TRPCError({ code: 'CONFLICT', message: 'taken' }), 'taken'],
  [
    'one beside a cause',
    new TRPCError({ code: 'CONFLICT', message: 'taken', cause: new Error('x') }),
    'taken',
  ],
  ['none', new TRPCError({ code: 'CONFLICT' }), undefined],
  ['an empty one', new TRPCError({ code: 'CONFLICT', message: '' }), undefined],
  ['that of its cause', new TRPCError({ code: 'CONFLICT', cause: new Error('x') }), undefined],
  ['that of a string', new TRPCError({ code: 'CONFLICT', cause: 'x' }), undefined],
  [
    'that which its cause had until a log was written',
    changed(new TRPCError({ code: 'CONFLICT', cause: new Error('x: y') })),
    undefined,
  ],
  ['that which its cause had, made by tRPC', changed(getTRPCErrorFromUnknown(new TypeError('x'))), undefined],
  ['that which its cause had, made by tRPC of a text', changed(getTRPCErrorFromUnknown('x')), undefined],
  [
    'the end of what its cause says',
    new TRPCError({ code: 'CONFLICT', message: 'taken', cause: new Error('not saved: taken') }),
    'taken',
  ],
  [
    'no code of tRPC',
    Object.assign(new Error('x'), { name: 'TRPCError', code: 'E_X' }) as unknown as TRPCError,
    undefined,
  ],
])('the own message of an error with %s', (_, error, message) => {
  expect(ownMessageOf(error)).toBe(message);
});

/** As middleware does that writes a log. */
function changed(error: TRPCError): TRPCError {
  // Node writes the stack when an error is made, and vitest when it is read.
  void error.cause!.stack;
  error.cause!.message = `[db] ${error.cause!.message}`;
  return error;
}
