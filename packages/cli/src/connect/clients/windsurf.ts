import { toCommand } from '../launch.ts';
import { homeOf, join } from '../place.ts';
import { type ConfigClient, toEnv, toHeaders } from './client.ts';

export const windsurf: ConfigClient = {
  title: 'Windsurf',
  format: 'jsonc',
  container: 'mcpServers',
  file: (scope, place) =>
    scope === 'user' ? join(place, homeOf(place), '.codeium', 'windsurf', 'mcp_config.json') : undefined,
  trace: (place) => join(place, homeOf(place), '.codeium', 'windsurf'),
  toEntry(server, { place, inline }) {
    if (server.kind === 'http') {
      const { values: headers, ...rest } = toHeaders(
        server.headers,
        inline ? undefined : ({ scheme, variable }) => `${scheme}\${env:${variable}}`,
      );
      return {
        value: { serverUrl: server.url, ...(server.headers.length > 0 && { headers }) },
        ...rest,
        notes: [],
      };
    }
    const { values: env, ...rest } = toEnv(server.env, place.env, (name) => `\${env:${name}}`);
    const command = toCommand(server.launch, { projectFolder: undefined, place });
    return { value: { ...command, ...(server.env.length > 0 && { env }) }, ...rest, notes: [] };
  },
  afterwards: 'Press the refresh button of the MCP servers in Windsurf.',
  sources: [
    { url: 'https://codeium.mintlify.app/windsurf/cascade/mcp', date: '2026-11-28' },
    { url: 'https://syllago.dev/using-syllago/providers/windsurf/mcp/', date: '2026-11-28' },
  ],
};
