import fc from 'fast-check';

/** Changes one thing in a wire value. The result may still be valid. */
export function mutationsOf(wire: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(wire);
  return fc
    .tuple(
      fc.nat(places.length - 1),
      fc.constantFrom('replace', 'remove', 'add', 'twist'),
      replacement,
      fc.nat(1000),
    )
    .map(([index, how, other, salt]) => {
      const copy = structuredClone({ root: wire });
      const keys = ['root', ...places[index]!];
      const last = keys.pop()!;
      let parent: unknown = copy;
      for (const key of keys) parent = (parent as Record<string, unknown>)[key];
      change(parent as Record<string, unknown>, last, how, other, salt);
      return copy.root;
    });
}

const replacement = fc.oneof(
  fc.constantFrom<unknown[]>(
    null,
    true,
    0,
    -1,
    1.5,
    1e21,
    Number('9007199254740993'),
    '',
    'x',
    '5',
    '-0',
    '007',
    '5n',
    'true',
    'NaN',
    'Infinity',
    [],
    {},
    [[]],
    [[1, 2]],
    [['a', 'b', 'c']],
    '2026-01-31T09:00:00Z',
    '2026-01-31t09:00:00.123456z',
    '2026-01-31T09:00:00-23:59',
    '2026-01-31T09:00:00',
    '2026-02-30T09:00:00Z',
    '2026-01-31T24:00:00Z',
    '2016-12-31T23:59:60Z',
    '2026-01-31T09:00:00+24:00',
    '0000-13-99',
    '2026-01-31',
    'aGk=',
    'aGk',
    'aG k=',
    'a===',
    { data: 'aGk=' },
    { data: 'aGk', name: 5 },
    { name: 'a', data: '' },
    { data: 'aGk=', extra: 1 },
    'data:text/plain;base64,aGk=',
    'https://example.com/a b',
    'https://example.com',
    'mailto:a@b.co',
    'http://',
    '//example.com',
    '/a/i',
    '/(/',
    '/a/ii',
    'v1',
    'v01',
    'v1.5',
  ),
  fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown),
);

function placesIn(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, item]) => placesIn(item, [...at, key]))];
}

function change(
  parent: Record<string, unknown>,
  key: string,
  how: string,
  other: unknown,
  salt: number,
): void {
  const old = parent[key];
  if (how === 'remove' && key !== 'root') {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  } else if (how === 'add' && Array.isArray(old)) old.splice(salt % (old.length + 1), 0, old[0] ?? other);
  else if (how === 'add' && typeof old === 'object' && old !== null) {
    (old as Record<string, unknown>)[['extra', 'kind', 'a', '0', 'leaf'][salt % 5]!] = other;
  } else if (how === 'twist' && old !== undefined) parent[key] = twist(old);
  else parent[key] = other;
}

// The same value in another JSON type, as models sometimes send it.
function twist(value: unknown): unknown {
  if (typeof value === 'string')
    return value !== '' && Number.isFinite(Number(value)) ? Number(value) : [value];
  return value === null ? 'null' : JSON.stringify(value);
}
