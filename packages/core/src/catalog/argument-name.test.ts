import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toLegalNames } from './argument-name.ts';

test('every name that is made is legal, and stands for one key', () => {
  const keys = fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 100 }), { maxLength: 4 });
  fc.assert(
    fc.property(keys, (own) => {
      let names: ReadonlyMap<string, string>;
      try {
        names = toLegalNames(own, []);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ARGUMENT_CLASH' });
        return;
      }
      const all = own.map((key) => names.get(key) ?? key);
      expect(all.filter((name) => !/^[a-zA-Z0-9_.-]{1,64}$/.test(name))).toEqual([]);
      expect(new Set(all).size).toBe(own.length);
    }),
  );
});

test('a name that is legal stays', () => {
  expect(toLegalNames(['a.b-c_D', '__proto__', 'x'.repeat(64)], ['_dryRun'])).toEqual(new Map());
});
