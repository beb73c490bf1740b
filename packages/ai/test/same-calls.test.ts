import { expect, test } from 'vitest';
import { fromCode, overMcp, type SameCall, type SameEnd, throughAiSdk } from './same/ways.ts';

/** A call that ends the same in all three ways, but for what its row says. */
interface Row extends SameCall {
  says: string;
  /** The code of the refusal. Without it, the call has a result. */
  refused?: string;
  /** What the code gets where that is not what a client of MCP gets as structured content, and why. */
  inCode?: { why: string; json?: unknown; isRefused?: true; code?: string; text?: RegExp };
  /** What the AI SDK tells where it does not let a call get as far as the app, and why. */
  inAiSdk?: { why: string; code?: string | undefined; text: RegExp };
}

const accept = { action: 'accept' } as const;
const names = Array.from({ length: 40 }, (_, id) => ({ id, name: `Customer ${id}` }));
const wordsForPeople = 'what a model reads of it was written for people, and a program gets the value';
const files = 'code gets what describes a file, and not its bytes';

const rows: Row[] = [
  { says: 'a text', path: 'values.text' },
  { says: 'a number', path: 'values.number', args: { input: 2 } },
  { says: 'a number that came as a text', path: 'values.number', args: { input: '2' } },
  { says: 'a date', path: 'values.date', args: { at: '2026-01-31T09:00:00.000Z' } },
  { says: 'a bigint', path: 'values.big', args: { n: '12345678901234567890' } },
  { says: 'a set and a map', path: 'values.sets', args: { tags: ['a', 'b'], ages: { ada: 36 } } },
  { says: 'null for what may be left out', path: 'values.optional', args: { note: null, other: null } },
  { says: 'nothing for what may be left out', path: 'values.optional', args: {} },
  { says: 'no arguments at all', path: 'values.optional' },
  { says: 'a union', path: 'values.union', args: { input: { name: 'Ada' } } },
  {
    says: 'a list of objects',
    path: 'values.nested',
    args: { items: [{ at: null }, { at: '2026-01-31T09:00:00.000Z' }] },
  },
  {
    says: 'nothing as a result',
    path: 'values.nothing',
    type: 'mutation',
    inCode: { why: 'a program gets null in place of the words that it was done', json: null },
  },
  { says: 'null as a result', path: 'values.none' },
  { says: 'false as a result', path: 'values.no' },
  { says: 'a list as a result', path: 'values.list' },
  { says: 'a result that its schema strips', path: 'values.stripped' },
  {
    says: 'keys that nobody knows, where they may be',
    path: 'values.loose',
    args: { constructor: 1, toString: 2 },
  },
  {
    says: 'a picture',
    path: 'files.picture',
    inCode: { why: files, json: { name: 'pixel.png', mimeType: 'image/png', size: 70, uri: 'attachment:1' } },
  },
  {
    says: 'a document in an object',
    path: 'files.report',
    inCode: {
      why: files,
      json: { pages: 2, file: { name: 'a.pdf', mimeType: 'application/pdf', size: 8, uri: 'attachment:1' } },
    },
  },
  {
    says: 'a file as an argument',
    path: 'files.take',
    type: 'mutation',
    args: { file: { name: 'a.txt', mimeType: 'text/plain', data: 'aGVsbG8=' } },
  },
  {
    says: 'words of the app in place of the value',
    path: 'files.words',
    inCode: { why: wordsForPeople, json: [{ owes: 1 }, { owes: 2 }] },
  },
  {
    says: 'a stream that returns something',
    path: 'streams.steps',
    inCode: { why: 'what is yielded before is for a model that waits', json: 'done' },
  },
  { says: 'a stream with limits', path: 'streams.numbers' },
  { says: 'a subscription', path: 'streams.changes' },
  {
    says: 'a part of a long result',
    path: 'parts.rows',
    inCode: { why: 'the whole value costs no tokens in code', json: names },
  },
  {
    says: 'some of the fields',
    path: 'parts.rows',
    args: { _fields: ['id'] },
    inCode: {
      why: 'code takes the fields that it wants by itself, so that there is no such argument',
      code: 'BAD_REQUEST',
      text: /_fields/,
    },
  },
  {
    says: 'a table as text',
    path: 'parts.table',
    inCode: { why: 'a program gets the rows', json: names.slice(0, 3) },
  },
  { says: 'a tool without a procedure', path: 'version', type: 'mutation' },
  { says: 'a dry run', path: 'once.remove', type: 'mutation', args: { _dryRun: true } },
  {
    says: 'the same key twice',
    path: 'once.charge',
    type: 'mutation',
    args: { amount: 5, _idempotencyKey: 'k' },
    times: 2,
  },
  { says: 'a scope that the caller has', path: 'refuse.readable' },
  { says: 'consent that is given', path: 'ask.close', type: 'mutation', args: { id: 'a' }, answer: accept },
  {
    says: 'a question that is answered',
    path: 'ask.colour',
    type: 'mutation',
    answer: { action: 'accept', content: { colour: 'red' } },
  },
  {
    says: 'a question that is declined',
    path: 'ask.colour',
    type: 'mutation',
    answer: { action: 'decline' },
  },

  {
    says: 'an argument that is missing',
    path: 'refuse.arguments',
    type: 'mutation',
    args: { id: 1 },
    refused: 'BAD_REQUEST',
  },
  {
    says: 'arguments that are wrong',
    path: 'refuse.arguments',
    type: 'mutation',
    args: { id: [], name: 'a' },
    refused: 'BAD_REQUEST',
  },
  {
    says: 'an argument that there is not',
    path: 'refuse.arguments',
    type: 'mutation',
    args: { id: 1, name: 'ab', nam: 'ab' },
    refused: 'BAD_REQUEST',
  },
  { says: 'middleware that refuses', path: 'refuse.mine', refused: 'FORBIDDEN' },
  {
    says: 'somebody who has to sign in',
    path: 'refuse.signIn',
    refused: 'UNAUTHORIZED',
    inAiSdk: {
      why: 'nobody can send a header in process',
      code: 'UNAUTHORIZED',
      text: /^UNAUTHORIZED: your session is over$/,
    },
    inCode: { why: 'code cannot sign in', code: 'UNAUTHORIZED', text: /^your session is over/ },
  },
  { says: 'what is not there', path: 'refuse.missing', refused: 'NOT_FOUND' },
  { says: 'a conflict', path: 'refuse.taken', refused: 'CONFLICT' },
  { says: 'a time limit', path: 'refuse.slow', refused: 'TIMEOUT' },
  { says: 'a rate limit', path: 'refuse.limited', times: 2, refused: 'TOO_MANY_REQUESTS' },
  { says: 'an error that is masked', path: 'refuse.masked', refused: 'INTERNAL_SERVER_ERROR' },
  {
    says: 'an error that toError explains',
    path: 'refuse.stock',
    type: 'mutation',
    refused: 'UNPROCESSABLE_CONTENT',
  },
  { says: 'an error that errorFormatter words', path: 'refuse.plan', refused: 'PAYMENT_REQUIRED' },
  {
    says: 'a scope that the caller lacks',
    path: 'refuse.scoped',
    type: 'mutation',
    refused: 'FORBIDDEN',
    inAiSdk: {
      why: 'there is no server that gives more scopes',
      code: 'FORBIDDEN',
      text: /^FORBIDDEN: this tool needs the scope notes:write$/,
    },
    inCode: {
      why: 'code cannot get more scopes',
      code: 'FORBIDDEN',
      text: /^this tool needs the scope notes:write/,
    },
  },
  {
    says: 'a tool that is hidden',
    path: 'refuse.hidden',
    refused: 'NOT_FOUND',
    inAiSdk: { why: 'the AI SDK knows no such tool', text: /unavailable tool 'refuse_hidden'/ },
    inCode: {
      why: 'what is not there is an error of the code',
      isRefused: true,
      text: /^There is no api\.refuse\.hidden\./,
    },
  },
  {
    says: 'a tool that there is not',
    path: 'values.txt',
    refused: 'NOT_FOUND',
    inAiSdk: { why: 'the AI SDK knows no such tool', text: /unavailable tool 'values_txt'/ },
    inCode: {
      why: 'what is not there is an error of the code',
      isRefused: true,
      text: /^There is no api\.values\.txt\. Did you mean api\.values\.text/,
    },
  },
  { says: 'a result that is no JSON', path: 'refuse.circle', refused: 'INTERNAL_SERVER_ERROR' },
  {
    says: 'consent that is declined',
    path: 'ask.close',
    type: 'mutation',
    args: { id: 'a' },
    answer: { action: 'decline' },
    refused: 'PRECONDITION_FAILED',
  },
  {
    says: 'a question for consent that is closed',
    path: 'ask.close',
    type: 'mutation',
    args: { id: 'a' },
    answer: { action: 'cancel' },
    refused: 'PRECONDITION_FAILED',
  },
];

/** The reference of a masked error and the handle of the next part are other ones each time. */
const withoutReference = (text: string) =>
  text.replaceAll(/reference [0-9a-f-]{36}/g, 'reference').replaceAll(/_cursor "[^"]+"/g, '_cursor');
const jsonOf = ({ json }: SameEnd) => withoutReference(JSON.stringify({ json }).replaceAll('\\"', '"'));
const bodyOf = ({ code, text }: SameEnd) => withoutReference(text.replace(`${code}: `, ''));

test('there are at least 40 of them, each of its own', () => {
  expect(rows.length).toBeGreaterThanOrEqual(40);
  expect(new Set(rows.map(({ says }) => says)).size).toBe(rows.length);
});

test.each(rows)('$says is the same over MCP, through the AI SDK and from code', async (row) => {
  const [mcp, ai, code] = [await overMcp(row), await throughAiSdk(row), await fromCode(row)];
  expect({ ok: mcp.ok, code: mcp.code }, mcp.text).toEqual({ ok: !row.refused, code: row.refused });

  const { inAiSdk, inCode } = row;
  expect({ asked: ai.asked, done: ai.done }).toEqual({ asked: mcp.asked, done: mcp.done });
  expect(ai.ok).toBe(mcp.ok);
  if (inAiSdk) {
    expect(ai.code).toBe(inAiSdk.code);
    expect(ai.text).toMatch(inAiSdk.text);
  } else {
    expect(ai.code).toBe(mcp.code);
    expect(withoutReference(ai.text)).toBe(withoutReference(mcp.text));
    expect(jsonOf(ai)).toBe(jsonOf(mcp));
  }

  expect({ asked: code.asked, done: code.done }).toEqual({ asked: mcp.asked, done: mcp.done });
  const end = { ok: code.ok, code: code.code, json: code.json };
  if (inCode?.text) expect(code.text).toMatch(inCode.text);
  if (inCode) {
    const { json, code: refused, isRefused = refused !== undefined } = inCode;
    expect(end, code.text).toEqual({ ok: !isRefused, code: refused, json });
  } else {
    expect(end, code.text).toEqual({ ok: mcp.ok, code: mcp.code, json: mcp.json });
    if (!mcp.ok) expect(bodyOf(code)).toBe(bodyOf(mcp));
  }
});
