import { toCommand } from '../launch.ts';
import { homeOf, join } from '../place.ts';
import { type ConfigClient, toEnv, toHeaders } from './client.ts';

export const cursor: ConfigClient = {
  title: 'Cursor',
  format: 'jsonc',
  container: 'mcpServers',
  file: (scope, place) =>
    join(place, scope === 'project' ? place.project : homeOf(place), '.cursor', 'mcp.json'),
  trace: (place) => join(place, homeOf(place), '.cursor'),
  toEntry(server, { scope, place, inline }) {
    if (server.kind === 'http') {
      const { values: headers, ...rest } = toHeaders(
        server.headers,
        inline ? undefined : ({ scheme, variable }) => `${scheme}\${env:${variable}}`,
      );
      return {
        value: { url: server.url, ...(server.headers.length > 0 && { headers }) },
        ...rest,
        notes: [],
      };
    }
    // It starts servers in the root of the disk.
    const projectFolder = scope === 'project' ? '${workspaceFolder}' : undefined;
    const { values: env, ...rest } = toEnv(server.env, place.env, (name) => `\${env:${name}}`);
    const command = toCommand(server.launch, { projectFolder, place });
    const value = { type: 'stdio', ...command, ...(server.env.length > 0 && { env }) };
    return { value, ...rest, notes: [] };
  },
  afterwards: 'Switch the server on in Cursor Settings, Tools & MCP.',
  sources: [
    { url: 'https://cursor.com/docs/mcp/install-links', date: '2026-11-28' },
    { url: 'https://zuplo.com/docs/mcp-gateway/connect-clients/cursor.md', date: '2026-11-28' },
  ],
};
