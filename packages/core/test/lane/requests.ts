import fc from 'fast-check';
import type { RawRequest } from './exchange.ts';

const protocolVersion = 'io.modelcontextprotocol/protocolVersion';
const clientCapabilities = 'io.modelcontextprotocol/clientCapabilities';
const clientInfo = 'io.modelcontextprotocol/clientInfo';
const logLevel = 'io.modelcontextprotocol/logLevel';

/** Mostly values that clients send, and sometimes other ones. */
function mostly<TValue>(
  usual: fc.Arbitrary<TValue>,
  odd: readonly unknown[],
  weight = 12,
): fc.Arbitrary<unknown> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
}

const id = mostly(fc.oneof(fc.integer(), fc.string()), [undefined, null, 1.5, 1e300, true, {}, [], '', -0]);

const name = fc.constantFrom(
  'hello',
  'dated',
  'fail',
  'deny',
  'refuse',
  'nothing',
  'secret',
  'list',
  'said',
  'file',
  'told',
  'never',
  'linked',
  'open',
  'missing',
  'constructor',
  '__proto__',
  'x'.repeat(300),
);

const uri = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      'app://text',
      'app://json',
      'app://bytes',
      'app://files',
      'app://nothing',
      'app://fail',
      'app://deny',
      'app://refuse',
      'app://open',
      'app://secret',
      'rows://1',
      'rows://1,2%2C3?since=2026-01-31',
      'rows://x?since=soon',
      'rows://1?since=2026-01-31&tags=a&tags=b',
      'secret://1',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'rows://%zz',
      'rows://',
      'rows://1/2',
      'rows://1?%zz',
      'missing://1',
      'nonsense',
      '',
      '__proto__',
      ' app://text',
      'APP://text',
      'app://text#x',
      `rows://${'9'.repeat(3000)}`,
      `files://${'/../'.repeat(200)}`,
    ),
  },
  { weight: 2, arbitrary: fc.webPath().map((path) => `files://${path}`) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }).map((text) => `rows://${text}`) },
);

const promptName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('ask', 'messages') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('bad', 'fail', 'refuse', 'open', 'secret', 'missing', 'constructor'),
  },
);

const promptArgs = mostly(
  fc.oneof(
    fc.constantFrom(undefined, {}, { day: '2026-01-31' }, { day: '2026-01-31', count: '1' }),
    fc.constant({ day: '2026-01-31', count: '5', filter: '{"tags":["a"]}' }),
    fc.record({ day: fc.constantFrom('2026-01-31', 'soon', ''), count: fc.string() }, { requiredKeys: [] }),
    fc.record({ filter: fc.json(), day: fc.constant('2026-01-31') }),
    fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
  ),
  [
    undefined,
    null,
    [],
    'text',
    { day: 5 },
    { day: null },
    { day: '2026-01-31', filter: { tags: [] } },
    JSON.parse('{"__proto__":"x","day":"2026-01-31"}'),
  ],
  8,
);

const args = mostly(
  fc.oneof(
    fc.record({ name: fc.string() }),
    fc.constant({ name: 'Ada' }),
    fc.record({ n: fc.constantFrom(1, '2', -3) }),
    fc.record({ since: fc.constantFrom('2026-01-31T09:00:00Z', 'soon', '2026-01-31') }),
    fc.constant({}),
    fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }),
  ),
  [undefined, null, [], 'text', 5, JSON.parse('{"__proto__":{"name":"x"},"name":"y"}')],
  8,
);

const capabilities = mostly(
  fc.constantFrom(
    {},
    { elicitation: {} },
    { elicitation: { form: {} } },
    { sampling: {} },
    { roots: { listChanged: true } },
  ),
  [
    undefined,
    null,
    [],
    'all',
    { elicitation: 5 },
    { roots: 'yes' },
    { extensions: {} },
    { experimental: { a: {} } },
    { other: 1 },
  ],
);

const info = mostly(
  fc.constantFrom(undefined, { name: 'client', version: '1' }, { name: 'client', version: '1', title: 'C' }),
  [
    null,
    'client',
    { name: 1, version: '1' },
    { name: 'client' },
    { name: 'client', version: '1', extra: true },
    { name: 'client', version: '1', icons: [{ src: 'https://a.example/i.png' }] },
  ],
);

const extras = mostly(fc.constant({}), [
  { progressToken: 1 },
  { progressToken: 'a' },
  { progressToken: {} },
  { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  { traceparent: 5 },
  { tracestate: 'a=b', baggage: 'c=d' },
  { [logLevel]: 'info' },
  { [logLevel]: 'loud' },
  { 'com.example/key': 1 },
  { 'io.modelcontextprotocol/related-task': { taskId: 'a' } },
]);

const method = fc.oneof(
  { weight: 12, arbitrary: fc.constant('tools/call') },
  { weight: 8, arbitrary: fc.constant('resources/read') },
  { weight: 8, arbitrary: fc.constant('prompts/get') },
  { weight: 3, arbitrary: fc.constant('tools/list') },
  { weight: 2, arbitrary: fc.constant('server/discover') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'ping',
      'initialize',
      'prompts/list',
      'resources/list',
      'resources/templates/list',
      'subscriptions/nope',
      'nope',
      '',
      'notifications/initialized',
    ),
  },
);

const more = mostly(fc.constant({}), [
  { inputResponses: {} },
  { requestState: 'abc' },
  { cursor: 'abc' },
  { task: { ttl: 1 } },
  { extra: 1 },
  { name: 5 },
  { uri: 5 },
  { uri: 'app://text' },
  { name: 'ask' },
]);

/** Requests of both eras: valid ones, ones with one or two mistakes, and hostile ones. */
export const anyRequest: fc.Arbitrary<RawRequest> = fc
  .record({
    modern: fc.boolean(),
    id,
    method,
    name,
    uri,
    promptName,
    promptArgs,
    args,
    more,
    meta: fc.record({
      version: mostly(fc.constant('2026-07-28'), [undefined, '2025-11-25', '2099-01-01', 5, null]),
      capabilities,
      info,
      extras,
    }),
    params: mostly(fc.constant('made'), ['missing', 'array', 'text', 'no meta', 'meta is text']),
    jsonrpc: mostly(fc.constant('2.0'), ['1.0', undefined, 2]),
    top: mostly(fc.constant({}), [{ extra: 1 }, { result: {} }, { error: { code: 1, message: 'x' } }]),
    wrap: mostly(fc.constant('message'), ['array', 'two', 'null', 'broken', 'empty', 'nothing']),
    headers: mostly(fc.constant({}), [
      { 'mcp-protocol-version': undefined },
      { 'mcp-protocol-version': '2025-06-18' },
      { 'mcp-protocol-version': '2024-11-05' },
      { 'mcp-protocol-version': '2099-01-01' },
      { 'mcp-protocol-version': '2026-07-28' },
      { 'mcp-method': undefined },
      { 'mcp-method': 'tools/list' },
      { 'mcp-name': undefined },
      { 'mcp-name': 'other' },
      { 'mcp-name': 'app://text' },
      { 'mcp-name': '=?base64?YXBwOi8vdGV4dA==?=' },
      { 'mcp-name': '=?base64?aGVsbG8=?=' },
      { 'mcp-name': '=?base64?broken' },
      { accept: undefined },
      { accept: 'application/json' },
      { accept: '*/*' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/json; charset=utf-8' },
      { 'mcp-session-id': 'abc' },
      { 'last-event-id': '5' },
      { origin: 'https://evil.example' },
      { host: 'evil.example' },
    ]),
    user: fc.constantFrom('ada', undefined),
    verb: mostly(fc.constant('POST'), ['GET', 'DELETE', 'PUT'], 60),
  })
  .map(toRawRequest);

/** One request that the lane answers for each method that it knows. */
export const plainRequests: RawRequest[] = ['tools/call', 'resources/read', 'prompts/get'].map((called) =>
  toRawRequest({
    modern: true,
    id: 1,
    method: called,
    name: 'hello',
    uri: 'app://text',
    promptName: 'ask',
    promptArgs: { day: '2026-01-31' },
    args: { name: 'Ada' },
    more: {},
    meta: { version: '2026-07-28', capabilities: {}, info: { name: 'client', version: '1' }, extras: {} },
    params: 'made',
    jsonrpc: '2.0',
    top: {},
    wrap: 'message',
    headers: {},
    user: 'ada',
    verb: 'POST',
  }),
);

interface Parts {
  modern: boolean;
  id: unknown;
  method: string;
  name: string;
  uri: string;
  promptName: string;
  promptArgs: unknown;
  args: unknown;
  more: unknown;
  meta: { version: unknown; capabilities: unknown; info: unknown; extras: unknown };
  params: unknown;
  jsonrpc: unknown;
  top: unknown;
  wrap: unknown;
  headers: unknown;
  user: string | undefined;
  verb: unknown;
}

function toRawRequest(parts: Parts): RawRequest {
  const { modern, method: called, name: tool } = parts;
  const { version, capabilities: offered, info: client } = parts.meta;
  const added = parts.meta.extras as object;
  const envelope = { [protocolVersion]: version, [clientCapabilities]: offered, [clientInfo]: client };
  const _meta = modern ? { ...envelope, ...added } : Object.keys(added).length > 0 ? added : undefined;
  const asked = {
    'tools/call': { name: tool, arguments: parts.args },
    'prompts/get': { name: parts.promptName, arguments: parts.promptArgs },
    'resources/read': { uri: parts.uri },
  }[called];
  const made = {
    ...asked,
    ...(parts.more as object),
    _meta,
  };
  const params: unknown = {
    made,
    missing: undefined,
    array: [made],
    text: 'params',
    'no meta': { ...made, _meta: undefined },
    'meta is text': { ...made, _meta: 'meta' },
  }[parts.params as string];
  const message = { jsonrpc: parts.jsonrpc, id: parts.id, method: called, params, ...(parts.top as object) };
  const bodies: Record<string, string> = {
    message: JSON.stringify(message),
    array: JSON.stringify([message]),
    two: JSON.stringify([message, { ...message, id: 2 }]),
    null: 'null',
    broken: JSON.stringify(message).slice(0, -1),
    empty: '',
    nothing: '{}',
  };
  const headers: Record<string, string | undefined> = {
    host: 'localhost',
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': modern ? '2026-07-28' : '2025-11-25',
    ...(modern && { 'mcp-method': called }),
    ...(modern && asked && { 'mcp-name': toHeader('uri' in asked ? asked.uri : asked.name) }),
    authorization: parts.user,
    ...(parts.headers as object),
  };
  const set = Object.entries(headers).filter((header): header is [string, string] => Boolean(header[1]));
  return {
    method: parts.verb as string,
    headers: Object.fromEntries(set),
    body: bodies[parts.wrap as string]!,
  };
}

/** Clients send values that a header cannot contain as Base64. */
function toHeader(text: string): string {
  if (/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text)) return text;
  return `=?base64?${Buffer.from(text).toString('base64')}?=`;
}
