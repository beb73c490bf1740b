import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkName, toName } from './name.ts';

test.each([
  ['customers.list', 'customers_list'],
  ['a.b.c', 'a_b_c'],
  ['ping', 'ping'],
])('%s is called %s', (path, name) => {
  expect(toName(path)).toBe(name);
});

test('every name that is let through is one that Claude takes', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\w.-]{0,80}$/)), (name) => {
      expect(checkName(name, 'a') === undefined).toBe(/^[a-zA-Z0-9_-]{1,64}$/.test(name));
    }),
  );
});

test('an illegal name says what is legal and how to mend it', () => {
  expect(checkName('söme thing', 'some.thing')).toEqual({
    code: 'NAME_ILLEGAL',
    path: 'some.thing',
    message:
      '"söme thing" is not a valid name; clients accept only letters, digits, "_" and "-"; set mcp.name, or the option toolName',
  });
});

test('a name that toolName made of something else is illegal too', () => {
  expect(checkName(undefined, 'a')).toMatchObject({ code: 'NAME_ILLEGAL' });
});

test('a long name says how long it is', () => {
  expect(checkName('x'.repeat(65), 'a')?.message).toContain(
    'has 65 characters, and clients accept at most 64',
  );
});
