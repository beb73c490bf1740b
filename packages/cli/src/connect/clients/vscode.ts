import type { HeaderValue } from '../header.ts';
import { toCommand } from '../launch.ts';
import { appDataOf, join } from '../place.ts';
import { type ConfigClient, type Input, toEnv, toHeaders } from './client.ts';

export const vscode: ConfigClient = {
  title: 'VS Code',
  format: 'jsonc',
  container: 'servers',
  file: (scope, place) =>
    scope === 'project'
      ? join(place, place.project, '.vscode', 'mcp.json')
      : join(place, appDataOf(place), 'Code', 'User', 'mcp.json'),
  trace: (place) => join(place, appDataOf(place), 'Code'),
  toEntry(server, { scope, place, inline }) {
    if (server.kind === 'http') {
      const inputs = inline ? [] : server.headers.filter(({ isSecret }) => isSecret).map(toInput);
      const refer = (header: HeaderValue) => `${header.scheme}\${input:${toInput(header).id}}`;
      const { values: headers, secrets, unset } = toHeaders(server.headers, inline ? undefined : refer);
      const value = { type: 'http', url: server.url, ...(server.headers.length > 0 && { headers }) };
      const notes =
        inputs.length > 0 ? ['VS Code asks for the secret once, and keeps it outside of the file.'] : [];
      return { value, ...(inputs.length > 0 && { inputs }), secrets, variables: [], notes, unset };
    }
    const isProject = scope === 'project';
    const projectFolder = isProject ? '${workspaceFolder}' : undefined;
    const { values: env, ...rest } = toEnv(server.env, place.env, (name) => `\${env:${name}}`);
    const command = toCommand(server.launch, { projectFolder, place });
    const value = { type: 'stdio', ...command, ...(server.env.length > 0 && { env }) };
    return { value, ...rest, notes: [] };
  },
  afterwards: 'Run "MCP: List Servers" in VS Code, and start the server.',
  sources: [
    {
      url: 'https://github.com/microsoft/vscode-docs/blob/main/docs/copilot/reference/mcp-configuration.md',
      date: '2026-11-28',
    },
    { url: 'https://github.com/github/github-mcp-server/pull/2626', date: '2026-11-28' },
  ],
};

function toInput({ name, variable }: HeaderValue): Input {
  const id = variable.toLowerCase().replaceAll('_', '-');
  return { type: 'promptString', id, description: `${name} of the MCP server (${variable})`, password: true };
}
