import { isSpecType } from '@modelcontextprotocol/server';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPlainCapabilities, isPlainImplementation } from './plain-client.ts';

test.each([
  {},
  { elicitation: {} },
  { elicitation: { form: {}, url: {} }, sampling: { tools: {} }, roots: { listChanged: true } },
  { elicitation: { form: { applyDefaults: true } } },
  { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } } },
])('a client with the capabilities %j is served by the lane', (capabilities) => {
  expect(isPlainCapabilities(capabilities)).toBe(true);
});

test.each([
  { name: 'claude-code', version: '2.0.0' },
  { name: 'c', title: 'C', version: '1', websiteUrl: 'https://c.example', description: 'A client' },
  { name: 'c', version: '1', icons: [{ src: 'https://c.example/i.png', sizes: ['any'], theme: 'dark' }] },
])('a client that says %j of itself is served by the lane', (client) => {
  expect(isPlainImplementation(client)).toBe(true);
});

test.each<unknown>([
  { elicitation: true },
  { elicitation: [] },
  { elicitation: { form: { applyDefaults: 1 } } },
  { roots: { listChanged: 'yes' } },
  { extensions: { ui: 1 } },
  { tasks: {} },
  { constructor: {} },
  JSON.parse('{"__proto__":{}}') as unknown,
  { extensions: { ui: { a: { b: { c: { d: { e: { f: { g: {} } } } } } } } } },
])('the capabilities %j are left to the SDK', (capabilities) => {
  expect(isPlainCapabilities(capabilities)).toBe(false);
});

test.each([
  'c',
  { name: 'c' },
  { name: 'c', version: 1 },
  { name: 'c', version: '1', title: null },
  { name: 'c', version: '1', other: 'x' },
  { name: 'c', version: '1', icons: {} },
  { name: 'c', version: '1', icons: [{}] },
  { name: 'c', version: '1', icons: [{ src: 'i', theme: 'blue' }] },
  { name: 'c', version: '1', icons: [{ src: 'i', sizes: 'any' }] },
])('%j is left to the SDK', (client) => {
  expect(isPlainImplementation(client)).toBe(false);
});

// Mostly of the right form, so that many of them are taken.
const odd = fc.jsonValue({ maxDepth: 1 });
const orOdd = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 15, arbitrary: usual }, { weight: 1, arbitrary: odd });
const optional = { requiredKeys: [] };
const flags = orOdd(fc.record({ listChanged: orOdd(fc.boolean()), x: orOdd(fc.boolean()) }, optional));
const form = orOdd(fc.record({ applyDefaults: orOdd(fc.boolean()) }, optional));
const named = orOdd(
  fc.dictionary(
    fc.constantFrom('tools', 'context', 'x', '__proto__'),
    orOdd(fc.dictionary(fc.string(), odd)),
  ),
);
const capabilities = fc.record(
  {
    elicitation: orOdd(fc.record({ form, url: form, x: form }, optional)),
    sampling: named,
    roots: flags,
    extensions: named,
    experimental: named,
  },
  optional,
);
const text = orOdd(fc.string());
const theme = orOdd(fc.constantFrom('light', 'dark'));
const icon = orOdd(fc.record({ src: text, mimeType: text, theme, sizes: orOdd(fc.array(text)) }, optional));
const implementation = fc.record(
  { name: text, version: text, title: text, websiteUrl: text, icons: orOdd(fc.array(icon)) },
  { requiredKeys: ['name', 'version'] },
);

test('the SDK takes all that the lane takes of a client', () => {
  let taken = 0;
  fc.assert(
    fc.property(capabilities, implementation, (declared, client) => {
      if (isPlainCapabilities(declared)) {
        taken++;
        expect(isSpecType.ClientCapabilities(declared)).toBe(true);
      }
      if (!isPlainImplementation(client)) return;
      taken++;
      expect(isSpecType.Implementation(client)).toBe(true);
    }),
    { numRuns: 500 },
  );
  expect(taken).toBeGreaterThan(100);
});
