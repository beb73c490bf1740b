import { isJsonContentType } from '@modelcontextprotocol/server';
import { expect, test } from 'vitest';
import { isJsonType } from './json-type.ts';

const headers = [
  '',
  'application/json',
  'Application/JSON',
  ' application/json ',
  'application/json; charset=utf-8',
  'application/json;charset="utf-8"',
  'application/json;',
  'application/json; charset=',
  'application/json; a="x,y"',
  'application/json; a="x\\",y"',
  'application/json; a="x,y',
  'application/json, text/plain',
  'application/json; charset=utf-8, text/plain',
  'application/json,',
  'application/jsonp',
  'application/json+x',
  'application/problem+json',
  'text/plain; a=application/json',
  'text/plain, application/json',
  'text/plain',
  ';application/json',
  'json',
];

test.each(headers)('the type %j is JSON here exactly if it is for the SDK', (header) => {
  expect(isJsonType(header)).toBe(isJsonContentType(header));
});

test('a request without a type is not JSON', () => {
  expect(isJsonType(undefined)).toBe(isJsonContentType(null));
});
