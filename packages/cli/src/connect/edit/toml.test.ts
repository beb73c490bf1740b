import { parse } from '@decimalturn/toml-patch';
import { expect, test } from 'vitest';
import { EditError } from './edit-error.ts';
import { readToml, writeToml } from './toml.ts';

const entry = { url: 'https://a.b/mcp?x=1&y=2', http_headers: { 'X-A': 'b' } };
const block =
  '[mcp_servers.acme]\nurl = "https://a.b/mcp?x=1&y=2"\n\n[mcp_servers.acme.http_headers]\nX-A = "b"\n';

test('a new server is a table at the end, and all before it stays as it is', () => {
  const before =
    '# mine\nmodel = "o3" # the model\n\n[mcp_servers.old]\nargs = [ "a", # one\n "b" ]\n\n[z]\nd = 2024-01-02\n# end\n';
  expect(writeToml(before, 'mcp_servers', 'acme', entry)).toBe(`${before}\n${block}`);
  expect(writeToml('', 'mcp_servers', 'acme', entry)).toBe(block);
});

test('Windows line ends stay', () => {
  const before = '# mine\r\nmodel = "o3"\r\n';
  expect(writeToml(before, 'mcp_servers', 'acme', entry)).toBe(
    `${before}\r\n${block.replaceAll('\n', '\r\n')}`,
  );
});

test('servers in an inline table or in dotted keys get another of their kind', () => {
  for (const before of [
    'mcp_servers = { a = { command = "x" } }\n',
    'mcp_servers.a.command = "x"\n[z]\nq = 1\n',
    '[mcp_servers]\na = { command = "x" }\n',
  ]) {
    const written = writeToml(before, 'mcp_servers', 'acme', entry);
    const { mcp_servers: servers, ...others } = parse(before) as { mcp_servers: object };
    expect(parse(written)).toEqual({ ...others, mcp_servers: { ...servers, acme: entry } });
  }
});

test('an entry that is there is changed, with the comments around it', () => {
  const before =
    '# mine\n[mcp_servers.acme] # ours\nurl = "https://old/mcp" # where\nenabled = false\n\n[z]\nq = 1 # z\n';
  const written = writeToml(before, 'mcp_servers', 'acme', { url: 'https://new/mcp', enabled: false });
  expect(written).toBe(before.replace('https://old/mcp', 'https://new/mcp'));
});

test('an entry with comments within a list is written anew where it could not be changed', () => {
  const before = '[mcp_servers.acme]\ncommand = "x"\nargs = [ "a", # one\n "b" ]\n\n[z]\nq = 1 # z\n';
  const next = { command: 'y', args: ['c'] };
  const written = writeToml(before, 'mcp_servers', 'acme', next);
  expect(parse(written)).toEqual({ mcp_servers: { acme: next }, z: { q: 1 } });
  expect(written).toContain('q = 1 # z');
});

test('backslashes and quotes of paths arrive', () => {
  const next = { command: 'C:\\Program Files\\node.exe', args: ['say "x"', "it's"] };
  const written = writeToml('', 'mcp_servers', 'acme', next);
  expect(readToml(written, 'mcp_servers', 'acme')).toEqual(next);
});

test('what is not TOML is refused with its place', () => {
  expect(() => readToml('a = 1\n[b\n', 'mcp_servers', 'acme')).toThrow(EditError);
  try {
    readToml('a = 1\nb = \n', 'mcp_servers', 'acme');
  } catch (error) {
    expect((error as EditError).line).toBe(2);
  }
  expect(() => readToml('mcp_servers = 1', 'mcp_servers', 'acme')).toThrow('"mcp_servers" is not a table');
});
