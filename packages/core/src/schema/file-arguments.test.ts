import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { compileInput } from './input.ts';

const node: z.ZodType = z.lazy(() => z.object({ file: z.file(), next: node.optional() }));

test.each<[string, unknown, string[]]>([
  ['a file of zod', z.object({ a: z.file(), b: z.string() }), ['a']],
  ['a File and a Blob', z.object({ a: z.instanceof(File), b: z.instanceof(Blob) }), ['a', 'b']],
  ['a file that may be missing', z.object({ a: z.file().optional(), b: z.file().nullish() }), ['a', 'b']],
  ['a file with rules', z.object({ a: z.file().max(10).mime(['image/png']) }), ['a']],
  ['a list of files', z.object({ a: z.array(z.file()), b: z.set(z.file()) }), ['a', 'b']],
  ['files of valibot', v.object({ a: v.file(), b: v.optional(v.blob()) }), ['a', 'b']],
  ['a file that is the whole input', z.file(), ['input']],
  ['one of several forms, which is no file', z.object({ a: z.union([z.file(), z.url()]) }), []],
  ['a file inside of another argument', z.object({ a: z.object({ b: z.file() }) }), []],
  ['bytes, which are bare base64', z.object({ a: z.instanceof(Uint8Array) }), []],
  ['an object that looks like a file', z.object({ a: z.object({ name: z.string(), data: z.base64() }) }), []],
  ['a schema that refers to itself', z.object({ a: z.file(), b: node, c: z.array(node) }), ['a']],
  ['no input', undefined, []],
])('%s', (_, parser, expected) => {
  const options = { converters: { valibot: toJsonSchema } };
  expect(compileInput(parser === undefined ? [] : [parser], options).fileArguments).toEqual(expected);
});

test('files of stacked inputs are found in each of them', () => {
  const input = compileInput([z.object({ a: z.file() }), z.object({ b: z.array(z.file()).optional() })]);
  expect(input.fileArguments).toEqual(['a', 'b']);
});

test('a schema in place of that of the parser names the files that it has', () => {
  const parser = z.object({ a: z.file() });
  const written = { type: 'object', properties: { a: { type: 'string' } } };
  expect(compileInput([parser], { override: written }).fileArguments).toEqual([]);
});
