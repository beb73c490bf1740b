import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { costOf, growthOf, mostInProportion } from '../../test/growth.ts';
import { parseUriTemplate, templatesOverlap } from './uri-template.ts';

describe('a URI is read', () => {
  test.each<[string, string, Record<string, string | string[]>, string[]?]>([
    ['customers://{id}', 'customers://42', { id: '42' }],
    ['customers://{id}', 'customers://a%20b%2Fc%3F%23', { id: 'a b/c?#' }],
    ['customers://{id}', 'customers://1,2', { id: '1,2' }],
    ['customers://{ids}', 'customers://1,2%2C3', { ids: ['1', '2,3'] }, ['ids']],
    ['customers://{ids*}', 'customers://1,2%2C3', { ids: ['1', '2,3'] }],
    ['points://{x,y}', 'points://1024,768', { x: '1024', y: '768' }],
    ['points://{x,y}/of/{map}', 'points://1,2/of/a', { x: '1', y: '2', map: 'a' }],
    ['files://{+path}', 'files://a/b.txt?x#y', { path: 'a/b.txt?x#y' }],
    ['files://{+path}/raw', 'files://a/raw/raw', { path: 'a/raw' }],
    ['files://{+a,b}', 'files://x/y,z/w', { a: 'x/y', b: 'z/w' }],
    ['files://{+paths*}', 'files://a/b,c', { paths: ['a/b', 'c'] }],
    ['page://home{#part}', 'page://home#intro/1', { part: 'intro/1' }],
    ['page://home{#parts*}', 'page://home#a,b', { parts: ['a', 'b'] }],
    ['files://{name}{.type}', 'files://report.v1.pdf', { name: 'report.v1', type: 'pdf' }],
    ['files://report{.types*}', 'files://report.tar.gz', { types: ['tar', 'gz'] }],
    ['files://report{.a,b}', 'files://report.tar.gz', { a: 'tar', b: 'gz' }],
    ['tree:/{/a,b}', 'tree://x/y', { a: 'x', b: 'y' }],
    ['tree:/{/segments*}', 'tree://x/y%2Fz/w', { segments: ['x', 'y/z', 'w'] }],
    ['map:{;x,y}', 'map:;x=1;y=', { x: '1', y: '' }],
    ['map:{;ids}', 'map:;ids=1,2', { ids: ['1', '2'] }, ['ids']],
    ['map:{;ids*}', 'map:;ids=1;ids=2', { ids: ['1', '2'] }],
    ['search://all{?q,page}', 'search://all?page=2&q=a+b%26c=d', { q: 'a b&c=d', page: '2' }],
    ['search://all{?q,page}', 'search://all?page=2', { page: '2' }],
    ['search://all{?q,page}', 'search://all', {}],
    ['search://all{?q}', 'search://all?q=x&q=y', { q: 'x' }],
    ['search://all{?q}', 'search://all?other=1&q=x', { q: 'x', other: '1' }],
    ['search://all{?tags*}', 'search://all?tags=a&tags=b,c', { tags: ['a', 'b,c'] }],
    ['search://all{?tags}', 'search://all?tags=a,b%2Cc&tags=d', { tags: ['a', 'b,c', 'd'] }, ['tags']],
    ['search://{in}?kind=all{&q}', 'search://x?kind=all&q=y', { in: 'x', q: 'y' }],
    ['search://{in}?kind=all{&q}', 'search://x?kind=all', { in: 'x' }],
    ['search://all{?a}{&b}', 'search://all?b=1', { b: '1' }],
    ['fixed://uri', 'fixed://uri', {}],
    ['odd://{__proto__}', 'odd://x', Object.fromEntries([['__proto__', 'x']])],
  ])('of the form %s: %s', (template, uri, values, lists = []) => {
    expect(parseUriTemplate(template).match(uri, new Set(lists))).toEqual(values);
  });

  test.each([
    ['customers://{id}', 'customers://'],
    ['customers://{id}', 'customers://1/2'],
    ['customers://{id}', 'customers://1?x=2'],
    ['customers://{id}', 'customers://1#x'],
    ['customers://{id}', 'Customers://1'],
    ['customers://{id}', ' customers://1'],
    ['customers://{id}', 'customers://%zz'],
    ['customers://{id}', 'customers://%'],
    ['customers://{id}', 'customers://%E0%A4'],
    ['customers://{id}/notes', 'customers://1/note'],
    ['points://{x,y}', 'points://1'],
    ['points://{x,y}', 'points://1,2,3'],
    ['files://{paths*}', 'files://a,,b'],
    ['tree:/{/segments*}', 'tree://x//y'],
    ['map:{;ids*}', 'map:;ids=1;other=2'],
    ['search://all{?q}', 'search://all?q=%zz'],
    ['search://all{?q}', 'search://all?%zz=1'],
    ['search://{id}{?q}', 'search://1?id=2'],
    ['search://all{?q}', 'search://every?q=1'],
    ['search://x?kind=all{&q}', 'search://x?q=y&kind=all'],
    ['fixed://uri', 'fixed://uri?'],
    ['dots.://{id}', 'dotsx://1'],
  ])('as none of the form %s: %s', (template, uri) => {
    expect(parseUriTemplate(template).match(uri)).toBeUndefined();
  });
});

describe('a URI is written', () => {
  test.each<[string, Record<string, unknown>, string | undefined]>([
    ['customers://{id}', { id: 'a b/c?#,é' }, 'customers://a%20b%2Fc%3F%23%2C%C3%A9'],
    ['customers://{id}', { id: 0 }, 'customers://0'],
    ['customers://{id}', { id: '' }, undefined],
    ['customers://{id}', { id: null }, undefined],
    ['customers://{id}', {}, undefined],
    ['customers://{ids}', { ids: ['1', '2,3'] }, 'customers://1,2%2C3'],
    ['customers://{ids}', { ids: [] }, undefined],
    ['files://{+path}', { path: 'a/b c.txt?x' }, 'files://a/b%20c.txt?x'],
    ['files://{+path}{?version}', { path: 'a?b', version: 2 }, 'files://a%3Fb?version=2'],
    ['files://report{.type}', { type: 'tar.gz' }, 'files://report.tar%2Egz'],
    ['tree:/{/segments*}', { segments: ['a', 'b/c'] }, 'tree://a/b%2Fc'],
    ['map:{;x,y}', { x: 1, y: false }, 'map:;x=1;y=false'],
    ['search://all{?q,tags*}', { q: 'a&b', tags: ['x', 'y'] }, 'search://all?q=a%26b&tags=x&tags=y'],
    ['search://all{?q,page}', { page: 2 }, 'search://all?page=2'],
    ['search://all{?a}{&b}', { b: 2 }, 'search://all?b=2'],
    ['search://all{?q}', {}, 'search://all'],
    ['search://all?kind=x{&q}', { q: 1 }, 'search://all?kind=x&q=1'],
  ])('from %s and %j', (template, values, uri) => {
    expect(parseUriTemplate(template).expand(values)).toBe(uri);
  });

  // Of whole characters: half a one has no encoding.
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
  const list = fc.array(text, { minLength: 1, maxLength: 4 });

  test.each([
    'x://{a}',
    'x://{l}',
    'x://{l*}/{a}',
    'x://{a,b}',
    'x://{+a}',
    'x://{+a,b}',
    'x://{+l}',
    'x://{+a}{?b}',
    'x://y{#a}',
    'x://y{#l*}',
    'x://y{.a}',
    'x://y{.l*}',
    'x://y{.a,b}',
    'x:/{/a}',
    'x:/{/a,b}',
    'x:/{/l*}',
    'x:{;a,b}',
    'x:{;l*}',
    'x:{;l,a}',
    'x://y{?a,b,l}',
    'x://y{?l*}{&a}',
    'x://y?k=1{&a,l*}',
  ])('by %s so that it is read as it was written', (template) => {
    const parsed = parseUriTemplate(template);
    const values = fc.record({ a: text, b: text, l: list });
    fc.assert(
      fc.property(values, (all) => {
        const own = Object.fromEntries(parsed.variables.map((name) => [name, all[name as 'a']]));
        expect(parsed.match(parsed.expand(own)!, new Set(['l']))).toEqual(own);
      }),
    );
  });
});

test.each([
  [
    'x://{}',
    '{} cannot be used, because no value could be read out of it; write only variable names, with "*" for lists',
  ],
  [
    'x://{id:3}',
    '{id:3} cannot be used, because no value could be read out of it; write only variable names, with "*" for lists',
  ],
  [
    'x://{=id}',
    '{=id} cannot be used, because no value could be read out of it; write only variable names, with "*" for lists',
  ],
  [
    'x://{a b}',
    '{a b} cannot be used, because no value could be read out of it; write only variable names, with "*" for lists',
  ],
  ['x://{id', 'it has a brace without its partner'],
  ['x://id}', 'it has a brace without its partner'],
  ['x://{id}/{id}', 'the variable "id" occurs twice'],
  ['x://{id}{?id}', 'the variable "id" occurs twice'],
  ['x://{a}{b}', 'two variables follow each other with nothing between them'],
  ['x://{a}{+b}', 'two variables follow each other with nothing between them'],
  ['x://y{?q}/z', 'nothing may follow the query of x://y{?q}/z'],
  ['x://y{?q}{id}', 'nothing may follow the query of x://y{?q}{id}'],
  ['x://y{&q}', 'a query begins with "?" or {?…}, and continues with {&…}'],
  ['x://y?a=1{?q}', 'a query begins with "?" or {?…}, and continues with {&…}'],
  ['x://y{?a}{?b}', 'a query begins with "?" or {?…}, and continues with {&…}'],
])('the template %s is refused', (template, message) => {
  expect(() => parseUriTemplate(template)).toThrow(new Error(message));
});

test.each([
  ['x://{a}', 'x://new', true],
  ['x://{a}', 'x://new/1', false],
  ['x://{a}', 'y://{a}', false],
  ['x://{a}/b', 'x://a/{b}', true],
  ['x://{a}/b', 'x://a/{b}/c', false],
  ['x://{+a}', 'x://a/{b}/c', true],
  ['x://{+a}/end', 'x://start/{+b}', true],
  ['x://{+a}.txt', 'x://{b}.pdf', false],
  ['x://{a}-{b}', 'x://{c}', true],
  ['x://y', 'x://y', true],
  ['x://y', 'x://y{?q}', true],
  ['x://y?q=1', 'x://y{?q}', true],
  ['x://y?p=1{&a}', 'x://y{?q}', true],
  ['x://yz', 'x://y{?q}', false],
  ['x://{id}{?q}', 'x://{name}{?p}', true],
  ['x://y{;a}', 'x://y', false],
  ['x://y{;a}', 'x://y;a=', true],
  ['x://y{.a}', 'x://y.{b}', true],
  ['x://{a}/1/rest{?q}', 'x://{a}/2/rest{?q}', false],
  ['x://{+a}{?q}', 'x://y?p=1', true],
  ['x://{+a}{?q}', 'x://y?p=1{&q}', true],
  ['x://y?p=1{&q}', 'x://y?p=2{&q}', false],
  ['x://y?p=1{&q}', 'x://y?p=1{&r}', true],
  ['x://y?p=1{&q}', 'x://y?p=1&q=2', true],
])('%s and %s overlap: %s', (one, other, overlap) => {
  const [a, b] = [parseUriTemplate(one), parseUriTemplate(other)];
  expect([templatesOverlap(a, b), templatesOverlap(b, a)]).toEqual([overlap, overlap]);
});

test.each([
  (n: number) => `a://thing${n}/{id}`,
  (n: number) => `a://{id}/thing${n}`,
  (n: number) => `a://{id}/${n}/rest`,
  (n: number) => `a://{id}/${n}/rest{?q}`,
])('two templates are told apart for less than it takes to read one (%#)', async (make) => {
  const texts = Array.from({ length: 100 }, (_, n) => make(n));
  const all = texts.map((text) => parseUriTemplate(text));
  const pairs = all.flatMap((one, at) => all.slice(at + 1).map((other) => [one, other] as const));
  expect(pairs.some((pair) => templatesOverlap(...pair))).toBe(false);
  const reading = await costOf(() => texts.map((text) => parseUriTemplate(text)), 20);
  const telling = await costOf(() => pairs.map((pair) => templatesOverlap(...pair)), 1);
  // It is about a fiftieth, and more than a third where every character is compared.
  expect(telling / pairs.length).toBeLessThan(reading / texts.length / 20 / 3);
});

describe('a hostile URI costs no more than its length', () => {
  test.each([
    ['x://{+path}', 'x://', 'a', '\n'],
    ['x://{+path}/end', 'x://', '/en', ''],
    ['x://{+paths*}/end', 'x://', ',', ''],
    ['x://{+a,b}/{+c,d}/end', 'x://', ',/', ''],
    ['x://{a}-{b}-{c}-{d}-{e}/end', 'x://', '-', ''],
    ['x://{a}.{b}.{c}{.d,e*}', 'x://', '.', '/'],
    ['x:/{/segments*}/end', 'x:', '/a', ''],
    ['x:{;ids*}{;other}', 'x:', ';ids=1', ''],
    ['x://{+a}y{+b}y{+c}y{+d}y{+e}z', 'x://', 'y', ''],
    ['x://a{?q,r*}', 'x://a?', 'r=%41&', ''],
    ['x://a?b=1{&q}', 'x://a?b=1', '&', '%zz'],
    ['x://{+path}', 'x://', '%', ''],
  ])('%s against %s and many times %j', async (template, start, repeated, end) => {
    const parsed = parseUriTemplate(template);
    const growth = await growthOf((size) => {
      const uri = (start + repeated.repeat(size)).slice(0, size) + end;
      return () => parsed.match(uri);
    }, 60_000);
    expect(growth).toBeLessThan(mostInProportion);
  });

  test('and one that is longer than any client sends is not looked at', () => {
    const parsed = parseUriTemplate('x://{+path}');
    expect(parsed.match(`x://${'a'.repeat(60_000)}`)).toBeDefined();
    expect(parsed.match(`x://${'a'.repeat(100_000)}`)).toBeUndefined();
  });
});
