import { describe, expect, test } from 'vitest';
import { readWrk, toLua } from './wrk-text.ts';

/** What wrk 4.1.0 prints. */
const printed = `Running 1s test @ http://127.0.0.1:8080/mcp
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     5.96ms    2.75ms  41.18ms   93.43%
    Req/Sec     5.49k   727.97     6.24k    80.00%
  5486 requests in 1.01s, 2.02MB read
Requests/sec:   5445.81
Transfer/sec:      2.01MB
`;

describe('what wrk prints', () => {
  test('says how many requests were answered, and how long that took', () => {
    expect(readWrk(printed)).toEqual({ requests: 5486, seconds: 1.01 });
  });

  test.each([
    ['1.01s', '500.00ms', 0.5],
    ['1.01s', '1.00m', 60],
    ['1.01s', '30.02s', 30.02],
  ])('is read in every unit of time: %s as %s', (before, after, seconds) => {
    expect(readWrk(printed.replace(before, after)).seconds).toBe(seconds);
  });

  test.each([
    ['12 of the answers', '  Non-2xx or 3xx responses: 12\n'],
    ['errors of its sockets: connect 0, read 5', '  Socket errors: connect 0, read 5, write 0, timeout 0\n'],
  ])('is refused when requests have failed: %s', (message, line) => {
    expect(() => readWrk(printed.replace('Requests/sec', `${line}Requests/sec`))).toThrow(message);
  });

  test('is refused when nothing was answered, or when it is something else', () => {
    expect(() => readWrk(printed.replace('5486 requests', '0 requests'))).toThrow('no answer');
    expect(() => readWrk('unable to connect to 127.0.0.1:1 Connection refused')).toThrow('unable to connect');
  });
});

describe('the script for wrk', () => {
  const http = { path: '/mcp', headers: { host: '127.0.0.1', accept: '*/*' }, body: '{"a":"b"}' };

  test('sets the method, the body and the headers', () => {
    expect(toLua(http)).toBe(`wrk.method = "POST"
wrk.body = [=[
{"a":"b"}]=]
wrk.headers[ [=[
Host]=] ] = [=[
127.0.0.1]=]
wrk.headers[ [=[
accept]=] ] = [=[
*/*]=]
`);
  });

  test.each(['{"a":"]=]"}', 'ends like an end ]=', 'with ]==] and ]=] in it', '\\n stays as it is'])(
    'ends a string only where it ends: %s',
    (body) => {
      const [, level, text] = /^wrk\.body = \[(=+)\[\n([^]*?)\]\1\]\n/m.exec(toLua({ ...http, body }))!;
      expect(level).toMatch(/^=+$/);
      expect(text).toBe(body);
    },
  );
});
