import { toCommand } from '../launch.ts';
import { appDataOf, join } from '../place.ts';
import type { HttpServer } from '../server.ts';
import { type ConfigClient, type Entry, placeholderOf, toEnv } from './client.ts';

export const claudeDesktop: ConfigClient = {
  title: 'Claude Desktop',
  format: 'jsonc',
  container: 'mcpServers',
  file: (scope, place) =>
    scope === 'user' ? join(place, appDataOf(place), 'Claude', 'claude_desktop_config.json') : undefined,
  trace: (place) => join(place, appDataOf(place), 'Claude'),
  toEntry(server, { place }) {
    if (server.kind === 'http') return toBridge(server, place.platform);
    // It starts servers in a folder of its own, and with few variables.
    const { values: env, ...rest } = toEnv(server.env, place.env, undefined);
    const command = toCommand(server.launch, { projectFolder: undefined, place });
    return { value: { ...command, ...(server.env.length > 0 && { env }) }, ...rest, notes: [] };
  },
  afterwards: 'Quit Claude Desktop, and start it again.',
  sources: [
    { url: 'https://modelcontextprotocol.io/docs/develop/connect-local-servers', date: '2026-11-28' },
    { url: 'https://github.com/geelen/mcp-remote', date: '2026-11-28' },
  ],
};

/** Its file takes commands only, so that mcp-remote stands between it and an endpoint. */
function toBridge(server: HttpServer, platform: NodeJS.Platform): Entry {
  const { hostname, protocol } = new URL(server.url);
  const isPlain = protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  // A space in an argument breaks the command on Windows, so that values stand in variables.
  const headers = server.headers.map((header) => {
    const { name, value = placeholderOf(header) } = header;
    const variable = `HEADER_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
    return { argument: `${name}:\${${variable}}`, variable, value };
  });
  const args = [
    '-y',
    'mcp-remote',
    server.url,
    ...headers.flatMap(({ argument }) => ['--header', argument]),
    ...(isPlain ? ['--allow-http'] : []),
  ];
  const env = Object.fromEntries(headers.map(({ variable, value }) => [variable, value]));
  const command =
    platform === 'win32' ? { command: 'cmd', args: ['/c', 'npx', ...args] } : { command: 'npx', args };
  return {
    value: { ...command, ...(headers.length > 0 && { env }) },
    secrets: server.headers.flatMap(({ value, isSecret }) =>
      isSecret && value !== undefined ? [value] : [],
    ),
    variables: [],
    unset: server.headers.flatMap(({ value, variable }) => (value === undefined ? [variable] : [])),
    notes: [
      ...(platform === 'win32' && server.url.includes('&')
        ? ['Windows may cut the URL at &; put the toolsets into separate endpoints if it does.']
        : []),
      'Its file takes commands only: mcp-remote passes on to the endpoint. An endpoint with OAuth that the internet ' +
        'reaches can be added without a file too: Settings, Connectors, Add custom connector.',
    ],
  };
}
