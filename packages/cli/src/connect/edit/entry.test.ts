import { expect, test } from 'vitest';
import { configClients } from '../clients/clients.ts';
import type { Entry } from '../clients/client.ts';
import { editEntry } from './entry.ts';

const entryOf = (value: Record<string, unknown>, inputs?: Entry['inputs']): Entry => ({
  value,
  ...(inputs && { inputs }),
  secrets: [],
  variables: [],
  notes: [],
});

test('fields that a person added to an entry stay when its endpoint is the same', () => {
  const before =
    '{\n  "mcpServers": {\n    "a": {\n      "serverUrl": "https://a.b/mcp", // ours\n      "disabled": true,\n      "headers": { "X": "1" }\n    }\n  }\n}\n';
  const { text, isSame } = editEntry(
    configClients.windsurf,
    before,
    'a',
    entryOf({ serverUrl: 'https://a.b/mcp?toolsets=x' }),
  );
  expect(text).toBe(before.replace('https://a.b/mcp', 'https://a.b/mcp?toolsets=x'));
  expect(isSame).toBe(true);
});

test('headers are not handed on to another endpoint', () => {
  const before =
    '{"mcpServers":{"a":{"url":"https://a.b/mcp","headers":{"Authorization":"Bearer s"},"disabled":true},"z":{}}}';
  const { text, isSame } = editEntry(configClients.cursor, before, 'a', entryOf({ url: 'https://c.d/mcp' }));
  expect(JSON.parse(text)).toEqual({ mcpServers: { a: { url: 'https://c.d/mcp', disabled: true }, z: {} } });
  expect(isSame).toBe(false);
});

test('what was granted to a server is not granted to another that takes its name', () => {
  const before =
    '{"mcpServers":{"a":{"httpUrl":"https://a.b/mcp","trust":true,"oauth":{"clientId":"x"},"timeout":5}}}';
  const edit = (httpUrl: string) =>
    (
      JSON.parse(editEntry(configClients.gemini, before, 'a', entryOf({ httpUrl })).text) as {
        mcpServers: object;
      }
    ).mcpServers;
  expect(edit('https://c.d/mcp')).toEqual({ a: { httpUrl: 'https://c.d/mcp', timeout: 5 } });
  expect(edit('https://a.b/mcp?readonly=1')).toEqual({
    a: { httpUrl: 'https://a.b/mcp?readonly=1', trust: true, oauth: { clientId: 'x' }, timeout: 5 },
  });
});

test('an endpoint of Codex becomes a command without the fields that Codex refuses there', () => {
  const before =
    '[mcp_servers.a]\nurl = "https://a.b/mcp"\nenabled = false\noauth_resource = "https://a.b"\n\n[mcp_servers.a.oauth]\nclient_id = "x"\n';
  const { text } = editEntry(
    configClients.codex,
    before,
    'a',
    entryOf({ command: 'npx', args: ['-y', 'b'] }),
  );
  expect(text).toContain('enabled = false');
  expect(text).not.toMatch(/oauth|url/);
});

test('a command becomes an endpoint without leftovers', () => {
  const before =
    '{\n  "servers": {\n    "a": {\n      "type": "stdio",\n      "command": "x",\n      "args": ["y"],\n      "env": { "K": "v" }\n    },\n    "b": { "command": "z" }\n  }\n}\n';
  const { text } = editEntry(
    configClients.vscode,
    before,
    'a',
    entryOf({ type: 'http', url: 'https://a.b/mcp' }),
  );
  expect(JSON.parse(text)).toEqual({
    servers: { a: { type: 'http', url: 'https://a.b/mcp' }, b: { command: 'z' } },
  });
});

test('an entry that is not an object is replaced, and its neighbours stay', () => {
  const { text, isSame } = editEntry(
    configClients.cursor,
    '{"mcpServers":{"a":null,"b":1}}',
    'a',
    entryOf({ url: 'https://a.b' }),
  );
  expect(JSON.parse(text)).toEqual({ mcpServers: { a: { url: 'https://a.b' }, b: 1 } });
  expect(isSame).toBe(false);
});

test('an input is added once, beside those that are there', () => {
  const input = { type: 'promptString', id: 'a-token', description: 'd', password: true } as const;
  const entry = entryOf({ type: 'http', url: 'https://a.b/mcp' }, [input]);
  const before = '{\n  "inputs": [\n    { "id": "other" }, // theirs\n  ],\n  "servers": {}\n}\n';
  const { text } = editEntry(configClients.vscode, before, 'a', entry);
  expect(text).toContain('{ "id": "other" }, // theirs\n');
  expect(editEntry(configClients.vscode, text, 'a', entry).text).toBe(text);
  expect(editEntry(configClients.vscode, '', 'a', entry).text).toContain('"id": "a-token"');
});

test('the same entry changes nothing', () => {
  for (const client of [configClients.cursor, configClients.codex]) {
    const entry = entryOf({ url: 'https://a.b/mcp?toolsets=a&readonly=1' });
    const { text } = editEntry(client, '', 'a', entry);
    expect(editEntry(client, text, 'a', entry).text).toBe(text);
  }
});
