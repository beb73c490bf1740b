import { homeOf, join } from '../place.ts';
import { type ConfigClient, toEnv, toHeaders } from './client.ts';
import { toCommand } from '../launch.ts';

export const claudeCode: ConfigClient = {
  title: 'Claude Code',
  format: 'jsonc',
  container: 'mcpServers',
  file: (scope, place) =>
    scope === 'project'
      ? join(place, place.project, '.mcp.json')
      : join(place, place.env['CLAUDE_CONFIG_DIR'] || homeOf(place), '.claude.json'),
  trace: (place) => join(place, homeOf(place), '.claude.json'),
  toEntry(server, { scope, place, inline }) {
    if (server.kind === 'http') {
      const refer = inline ? undefined : ({ scheme, variable }: Reference) => `${scheme}\${${variable}}`;
      const { values: headers, ...rest } = toHeaders(server.headers, refer);
      const value = { type: 'http', url: server.url, ...(server.headers.length > 0 && { headers }) };
      return { value, ...rest, notes: [] };
    }
    // It starts servers of a project in the folder in which it was started itself.
    const projectFolder = scope === 'project' ? '.' : undefined;
    const { values: env, ...rest } = toEnv(server.env, place.env, (name) => `\${${name}}`);
    const command = toCommand(server.launch, { projectFolder, place });
    const value = { type: 'stdio', ...command, ...(server.env.length > 0 && { env }) };
    return { value, ...rest, notes: [] };
  },
  afterwards: 'Start claude in the project again, and look at /mcp.',
  sources: [
    { url: 'https://docs.anthropic.com/zh-CN/docs/claude-code/sdk/sdk-mcp', date: '2026-11-28' },
    {
      url: 'https://dev.to/rulestack/six-var-forms-five-mcpjson-fields-two-tiny-servers-what-claude-code-mcp-expansion-actually-5a1f',
      date: '2026-11-28',
    },
  ],
};

interface Reference {
  scheme: string;
  variable: string;
}
