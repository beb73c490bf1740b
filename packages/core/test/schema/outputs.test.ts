import { describe, expect, it } from 'vitest';
import { compileOutput } from '../../src/schema/output.ts';
import { compileStrict, findFaults } from './advertised.ts';
import { toComparable } from './comparable.ts';
import { outputs } from './fixtures/outputs.ts';

describe('what resolvers return', () => {
  for (const fixture of outputs) {
    it(fixture.name, async () => {
      const output = compileOutput(fixture.output, fixture.options);
      const encoded = await output.encode(fixture.value);
      const json: unknown = JSON.parse(JSON.stringify(encoded.json));
      expect(json).toStrictEqual(fixture.json);

      const expected = 'decoded' in fixture ? fixture.decoded : fixture.value;
      expect(await toComparable(output.decode(json))).toStrictEqual(await toComparable(expected));

      if (output.schema !== undefined) {
        const validate = compileStrict(output.schema);
        expect(validate(json), JSON.stringify(validate.errors)).toBe(true);
      }
      if (output.legacySchema !== undefined) {
        expect(findFaults(output.legacySchema)).toEqual([]);
        const validate = compileStrict(output.legacySchema);
        expect(validate(output.wrapped ? { result: json } : json), JSON.stringify(validate.errors)).toBe(
          true,
        );
      }
    });
  }
});

describe('what cannot be sent', () => {
  it('names the path of a cycle', async () => {
    const node: { next?: unknown } = {};
    node.next = [node];
    await expect(async () => compileOutput(undefined).encode({ list: [node] })).rejects.toThrow(/list\[0\]/);
  });

  it('names the path of a cycle through a Map', async () => {
    const map = new Map<string, unknown>();
    map.set('self', map);
    await expect(async () => compileOutput(undefined).encode({ map })).rejects.toThrow(/map/);
  });

  it('refuses 20,000 levels in words', async () => {
    let deep: unknown = null;
    for (let level = 0; level < 20_000; level++) deep = { deep };
    await expect(async () => compileOutput(undefined).encode(deep)).rejects.not.toThrow(/call stack/);
  });
});

describe('files become content', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const data = 'AQID';

  it.each([
    [
      'an image',
      new File([bytes], 'a.png', { type: 'image/png' }),
      { type: 'image', mimeType: 'image/png', data },
    ],
    ['a sound', new Blob([bytes], { type: 'audio/wav' }), { type: 'audio', mimeType: 'audio/wav', data }],
  ])('%s', async (_name, value, block) => {
    const { content } = await compileOutput(undefined).encode(value);
    expect(content).toContainEqual(block);
  });

  it('anything else is an embedded resource', async () => {
    const file = new File([bytes], 'a.pdf', { type: 'application/pdf' });
    const { content } = await compileOutput(undefined).encode({ report: [file] });
    const [block] = content.filter((item) => item.type === 'resource');
    expect(block).toMatchObject({ resource: { mimeType: 'application/pdf', blob: data } });
  });

  it('a nested file is referred to from the JSON', async () => {
    const { json, content } = await compileOutput(undefined).encode({
      pictures: [new File([bytes], 'a.png', { type: 'image/png' })],
    });
    expect(content).toContainEqual({ type: 'image', mimeType: 'image/png', data });
    expect(JSON.stringify(json)).not.toContain(data);
    expect(JSON.stringify(json)).toContain('a.png');
  });
});
