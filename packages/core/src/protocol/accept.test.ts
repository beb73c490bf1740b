import { expect, test } from 'vitest';
import { readAccept } from './accept.ts';

test.each([
  ['application/json, text/event-stream', true, true],
  ['text/event-stream,application/json', true, true],
  ['*/*', true, true],
  ['application/*', true, false],
  ['application/*, text/*', true, true],
  ['application/json', true, false],
  ['Application/JSON; charset=utf-8', true, false],
  [undefined, true, false],
  ['', true, false],
  [' , ', true, false],
  ['text/html, */*;q=0.1', true, true],
  ['application/json, text/event-stream;q=0', true, false],
  ['application/json, text/event-stream;q=0.000, */*', true, false],
  ['application/json, text/event-stream; charset=utf-8; Q=0', true, false],
  ['application/json, text/*;q=0, */*', true, false],
  ['application/json, text/event-stream;q=0.001', true, true],
  ['*/*;q=0, application/json', true, false],
  ['application/json;q=0, */*', false, true],
  ['application/*;q=0, */*', false, true],
  ['*/*;q=0', false, false],
  ['text/event-stream', false, true],
  ['text/html', false, false],
  ['application/jsonp', false, false],
])('%j takes JSON: %s, a stream: %s', (header, json, stream) => {
  expect(readAccept(header)).toEqual({ json, stream });
});
