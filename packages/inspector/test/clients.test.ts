import { expect, test } from 'vitest';
import { configClients } from '../../cli/src/connect/clients/clients.ts';
import { toInstallLinks } from '../../cli/src/connect/install-link.ts';
import type { HttpServer } from '../../cli/src/connect/server.ts';
import {
  claudeCodeEntry,
  claudeDesktopEntry,
  codexEntry,
  connectClients,
  cursorEntry,
  geminiEntry,
  vscodeEntry,
} from '../page/connect/clients/clients.ts';
import {
  type ServerEntry,
  splitScheme,
  toServerName,
  toVariable,
} from '../page/connect/clients/server-entry.ts';

// The command line writes the same files. It cannot run in a browser, so that the page has the formats once more.

const place = { platform: 'linux' as const, env: { HOME: '/people/someone' }, project: '/app' };

const values = [
  undefined,
  ['Authorization', 'Bearer s3cret'],
  ['X-Api-Key', 's3cret'],
  ['Authorization', 'Basic s3cret'],
];
const urls = [
  'https://acme.example/mcp?toolsets=billing',
  'http://127.0.0.1:3000/mcp',
  'http://intranet.example/mcp',
];

const cases = urls.flatMap((url) =>
  values.flatMap((header) =>
    (header ? [false, true] : [false]).map((inline): [ServerEntry, HttpServer, boolean] => {
      if (!header) {
        const server = { name: 'acme', url };
        return [{ ...server, header: undefined }, { kind: 'http', ...server, headers: [] }, inline];
      }
      const [name, value] = header as [string, string];
      const { scheme, secret } = splitScheme(value);
      const variable = toVariable('acme', name);
      return [
        { name: 'acme', url, header: { name, scheme, variable, secret: inline ? secret : undefined } },
        {
          kind: 'http',
          name: 'acme',
          url,
          // A value that is not known stands for one that the file only refers to.
          headers: [
            { name, value: inline ? value : undefined, isSecret: true, scheme, variable, isSet: false },
          ],
        },
        inline,
      ];
    }),
  ),
);

const entries = {
  'claude-code': claudeCodeEntry,
  'claude-desktop': claudeDesktopEntry,
  cursor: cursorEntry,
  codex: codexEntry,
  gemini: geminiEntry,
  vscode: (server: ServerEntry) => vscodeEntry(server).entry,
} as const;

test.each(Object.keys(entries) as (keyof typeof entries)[])(
  'the page shows for %s what trpc-mcp connect writes',
  (client) => {
    for (const [entry, server, inline] of cases) {
      const written = configClients[client].toEntry(server, { scope: 'project', place, inline });
      expect(entries[client](entry)).toEqual(written.value);
      if (client === 'vscode') expect(vscodeEntry(entry).inputs).toEqual(written.inputs);
    }
  },
);

test('the install links are those of the command line, and never have a secret in them', () => {
  for (const [entry, server] of cases) {
    const links = toInstallLinks(server, place);
    expect({
      cursor: connectClients['cursor']!.link!(entry),
      vscode: connectClients['vscode']!.link!(entry),
    }).toEqual({
      cursor: 'cursor' in links && links.cursor,
      vscode: 'vscode' in links && links.vscode,
    });
    expect(connectClients['cursor']!.link!(entry) + connectClients['vscode']!.link!(entry)).not.toContain(
      's3cret',
    );
  }
});

test('what is copied is whole: a command, JSON and TOML', () => {
  const [entry] = cases[1]!;
  const textOf = (client: string) => connectClients[client]!.setups(entry).map(({ text }) => text);
  expect(textOf('claude-code')[0]).toBe(
    `claude mcp add --transport http acme 'https://acme.example/mcp?toolsets=billing' --header "Authorization: Bearer $ACME_TOKEN"`,
  );
  expect(JSON.parse(textOf('vscode')[0]!)).toEqual({
    inputs: [
      {
        type: 'promptString',
        id: 'acme-token',
        description: 'Authorization of the MCP server (ACME_TOKEN)',
        password: true,
      },
    ],
    servers: {
      acme: {
        type: 'http',
        url: 'https://acme.example/mcp?toolsets=billing',
        headers: { Authorization: 'Bearer ${input:acme-token}' },
      },
    },
  });
  expect(textOf('codex')).toEqual([
    '[mcp_servers.acme]\nurl = "https://acme.example/mcp?toolsets=billing"\nbearer_token_env_var = "ACME_TOKEN"',
  ]);
});

test('names are such as every client takes', () => {
  expect(['Back office', 'a.b_c', '  ', 'Société Générale', '…'].map((text) => toServerName(text))).toEqual([
    'Back-office',
    'a-b-c',
    'mcp-server',
    'Societe-Generale',
    'mcp-server',
  ]);
});
