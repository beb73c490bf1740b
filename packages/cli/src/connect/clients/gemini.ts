import { toCommand } from '../launch.ts';
import { homeOf, join, type Place } from '../place.ts';
import { type ConfigClient, toEnv, toHeaders } from './client.ts';

export const gemini: ConfigClient = {
  title: 'Gemini CLI',
  format: 'jsonc',
  container: 'mcpServers',
  file: (scope, place) =>
    join(place, scope === 'project' ? place.project : geminiHomeOf(place), '.gemini', 'settings.json'),
  trace: (place) => join(place, geminiHomeOf(place), '.gemini'),
  toEntry(server, { scope, place, inline }) {
    if (server.kind === 'http') {
      const { values: headers, ...rest } = toHeaders(
        server.headers,
        inline ? undefined : ({ scheme, variable }) => `${scheme}\${${variable}}`,
      );
      // Its newest sources prefer `url` with `type: "http"`, which older versions read as the transport of 2024.
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
  afterwards:
    'Start gemini again, and look at /mcp. It reads the file of a project only if the folder is trusted.',
  sources: [
    {
      url: 'https://github.com/google-gemini/gemini-cli/blob/5411f113cafae26161b4969b0237b8e1e024e2c2/docs/tools/mcp-server.md',
      date: '2026-11-28',
    },
    {
      url: 'https://github.com/google-gemini/gemini-cli/blob/5411f113cafae26161b4969b0237b8e1e024e2c2/packages/core/src/tools/mcp-client.ts',
      date: '2026-11-28',
    },
  ],
};

const geminiHomeOf = (place: Place): string => place.env['GEMINI_CLI_HOME'] || homeOf(place);
