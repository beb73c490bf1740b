import { toCommand } from '../launch.ts';
import { homeOf, join } from '../place.ts';
import { type ConfigClient, toEnv, toHeaders } from './client.ts';

export const gemini: ConfigClient = {
  title: 'Gemini CLI',
  format: 'jsonc',
  container: 'mcpServers',
  file: (scope, place) =>
    join(place, scope === 'project' ? place.project : homeOf(place), '.gemini', 'settings.json'),
  trace: (place) => join(place, homeOf(place), '.gemini'),
  toEntry(server, { scope, place, inline }) {
    if (server.kind === 'http') {
      const { values: headers, ...rest } = toHeaders(
        server.headers,
        inline ? undefined : ({ scheme, variable }) => `${scheme}\${${variable}}`,
      );
      return {
        value: { httpUrl: server.url, ...(server.headers.length > 0 && { headers }) },
        ...rest,
        notes: [],
      };
    }
    const projectFolder = scope === 'project' ? '.' : undefined;
    const { values: env, ...rest } = toEnv(server.env, place.env, (name) => `\${${name}}`);
    const command = toCommand(server.launch, { projectFolder, place });
    return { value: { ...command, ...(server.env.length > 0 && { env }) }, ...rest, notes: [] };
  },
  afterwards: 'Start gemini again, and look at /mcp.',
  sources: [
    {
      url: 'https://github.com/google-gemini/gemini-cli/blob/main/docs/tools/mcp-server.md',
      date: '2026-11-28',
    },
    { url: 'https://geminicli.com/docs/cli/configuration', date: '2026-11-28' },
  ],
};
