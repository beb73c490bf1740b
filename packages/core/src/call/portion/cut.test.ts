import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutTo } from './cut.ts';
import { findRows, rowsAt } from './place.ts';

const rows = (count: number, size = 10) =>
  Array.from({ length: count }, (_, id) => ({ id, text: 'x'.repeat(size) }));

describe('cutTo', () => {
  it('cuts a list after a whole row', () => {
    const { json, cuts } = cutTo(rows(100), 400);
    const shown = (json as unknown[]).length;
    expect(json).toEqual(rows(shown));
    expect(JSON.stringify(json).length).toBeLessThanOrEqual(400);
    expect(JSON.stringify(rows(shown + 1)).length).toBeGreaterThan(400);
    expect(cuts).toEqual([{ kind: 'rows', keys: [], shown, total: 100 }]);
  });

  it('cuts the one largest list of an object and keeps the rest', () => {
    const { json, cuts } = cutTo({ total: 3, tags: ['a', 'b'], data: { items: rows(50) } }, 500);
    expect(json).toMatchObject({ total: 3, tags: ['a', 'b'] });
    expect(cuts).toMatchObject([{ kind: 'rows', keys: ['data', 'items'], total: 50 }]);
    expect(JSON.stringify(json).length).toBeLessThanOrEqual(500);
  });

  it('keeps at least one row, and cuts inside it', () => {
    const { json, cuts } = cutTo([{ id: 1, text: 'x'.repeat(5000) }, { id: 2 }], 1000);
    expect(JSON.stringify(json).length).toBeLessThanOrEqual(1000);
    expect(json).toMatchObject([{ id: 1 }]);
    expect(cuts).toMatchObject([
      { kind: 'rows', shown: 1, total: 2 },
      { kind: 'characters', keys: ['text'], total: 5000 },
    ]);
  });

  it('cuts a second list where the first alone is not enough', () => {
    const { json, cuts } = cutTo({ a: rows(100), b: rows(90) }, 1000);
    expect(JSON.stringify(json).length).toBeLessThanOrEqual(1000);
    expect(cuts.map((cut) => cut.kind === 'rows' && cut.keys)).toEqual([['a'], ['b']]);
  });

  it('cuts a long text, and not in the middle of a character', () => {
    const { json, cuts } = cutTo('😀'.repeat(1000), 601);
    expect(json).toMatch(/^(?:😀)+$/u);
    expect(cuts).toMatchObject([{ kind: 'characters', keys: [], total: 2000 }]);
  });

  it('cuts a record of many keys after a whole entry, and the first list where that is most of it', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`key${index}`, index]));
    const { json, cuts } = cutTo({ total: 500, many }, 300);
    expect(JSON.stringify(json).length).toBeLessThanOrEqual(300);
    const shown = Object.keys((json as { many: object }).many).length;
    expect(cuts).toEqual([{ kind: 'rows', keys: ['many'], shown, total: 500 }]);
    expect(cutTo({ many: { a: 1 }, items: rows(50) }, 300).cuts).toMatchObject([{ keys: ['items'] }]);
  });

  it('keeps the rows beside a long text', () => {
    const { json, cuts } = cutTo({ text: 'x'.repeat(9000), tags: ['a', 'b', 'c'] }, 1000);
    expect(json).toMatchObject({ tags: ['a', 'b', 'c'] });
    expect(cuts).toMatchObject([{ kind: 'characters', keys: ['text'] }]);
  });

  it('says so where nothing can be cut', () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key${index}`, index]));
    expect(cutTo(many, 100)).toMatchObject({ json: many, cuts: [{ kind: 'none' }] });
  });

  it('keeps a key named __proto__ a key', () => {
    const json: unknown = JSON.parse(`{"__proto__":${JSON.stringify(rows(100))}}`);
    const cut = cutTo(json, 300).json;
    expect(Object.keys(cut as object)).toEqual(['__proto__']);
    expect(rowsAt(cut, ['__proto__'])!.length).toBeGreaterThan(0);
  });

  it('keeps a prefix of the rows, within the limit wherever a row fits, for any rows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { minLength: 1 }),
        fc.integer({ min: 20, max: 2000 }),
        (list, most) => {
          const whole = JSON.parse(JSON.stringify({ list })) as { list: unknown[] };
          fc.pre(JSON.stringify(whole).length > most);
          const { json, cuts } = cutTo(whole, most);
          const [first] = cuts;
          expect(cuts.length).toBeGreaterThan(0);
          if (first?.kind !== 'rows' || first.isInRow || cuts.length > 1) return;
          const kept = rowsAt(json, first.keys)!;
          expect(kept).toEqual(rowsAt(whole, first.keys)!.slice(0, first.shown));
          if (first.shown > 1) expect(JSON.stringify(json).length).toBeLessThanOrEqual(most);
        },
      ),
    );
  });
});

describe('findRows', () => {
  it('finds no list inside of another', () => {
    expect(findRows([{ inner: [1] }])!.keys).toEqual([]);
    expect(findRows({ a: 1, b: 'text' })).toBeUndefined();
    expect(findRows(null)).toBeUndefined();
  });
});
