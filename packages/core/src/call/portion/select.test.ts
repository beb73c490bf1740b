import { describe, expect, it } from 'vitest';
import { selectFields } from './select.ts';

const page = {
  items: [
    { id: 1, name: 'Ada', address: { city: 'Bergen', zip: '5003' }, tags: [{ label: 'a', id: 7 }] },
    { id: 2, name: 'Bo', address: null, tags: [] },
  ],
  nextCursor: 'x',
};

describe('selectFields', () => {
  it.each([
    [['items.id'], { items: [{ id: 1 }, { id: 2 }] }],
    [['nextCursor'], { nextCursor: 'x' }],
    [['items.address.city'], { items: [{ address: { city: 'Bergen' } }, { address: null }] }],
    [['items.tags.label'], { items: [{ tags: [{ label: 'a' }] }, { tags: [] }] }],
    [['items', 'items.id'], { items: page.items }],
    [['items.id', 'items.id'], { items: [{ id: 1 }, { id: 2 }] }],
  ])('keeps %j', (fields, expected) => {
    expect(selectFields(page, fields)).toEqual({ json: expected, missing: [] });
  });

  it('tells fields that nothing has, and keeps the others', () => {
    const { json, missing } = selectFields(page, [
      'items.id',
      'items.password',
      'constructor',
      'items.id.deep',
    ]);
    expect(json).toEqual({ items: [{ id: 1 }, { id: 2 }] });
    expect(missing).toEqual(['items.password', 'constructor', 'items.id.deep']);
  });

  it('says nothing of the fields of a list that is empty', () => {
    expect(selectFields({ items: [] }, ['items.id'])).toEqual({ json: { items: [] }, missing: [] });
    expect(selectFields([], ['id'])).toEqual({ json: [], missing: [] });
  });

  it('reads no inherited keys', () => {
    const json: unknown = JSON.parse('{"__proto__":{"a":1},"b":2}');
    expect(JSON.stringify(selectFields(json, ['__proto__.a', 'toString']).json)).toBe(
      '{"__proto__":{"a":1}}',
    );
  });

  it('finds a key with a dot in it', () => {
    expect(selectFields({ 'a.b': { c: 1, d: 2 } }, ['a.b.c']).json).toEqual({ 'a.b': { c: 1 } });
  });

  it('leaves a result without fields as it is', () => {
    expect(selectFields('text', ['a'])).toEqual({ json: 'text', missing: ['a'] });
  });
});
