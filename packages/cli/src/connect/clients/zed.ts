import { toCommand } from '../launch.ts';
import { appDataOf, configHomeOf, homeOf, join } from '../place.ts';
import type { Place } from '../place.ts';
import { type ConfigClient, toEnv, toHeaders } from './client.ts';

export const zed: ConfigClient = {
  title: 'Zed',
  format: 'jsonc',
  container: 'context_servers',
  file: (scope, place) =>
    scope === 'project'
      ? join(place, place.project, '.zed', 'settings.json')
      : join(place, userFolder(place), 'settings.json'),
  trace: userFolder,
  toEntry(server, { scope, place }) {
    if (server.kind === 'http') {
      const { values: headers, ...rest } = toHeaders(server.headers, undefined);
      const notes =
        rest.secrets.length > 0
          ? ['Zed reads no variables here, so that the secret stands in the file.']
          : [];
      return { value: { url: server.url, ...(server.headers.length > 0 && { headers }) }, ...rest, notes };
    }
    const projectFolder = scope === 'project' ? '.' : undefined;
    const { values: env, ...rest } = toEnv(server.env, place.env, undefined);
    const command = toCommand(server.launch, { projectFolder, place });
    return { value: { ...command, ...(server.env.length > 0 && { env }) }, ...rest, notes: [] };
  },
  afterwards: 'Look at the agent panel of Zed: the server has a green dot when it is connected.',
  sources: [
    { url: 'https://zed.dev/docs/ai/mcp', date: '2026-11-28' },
    {
      url: 'https://github.com/zed-industries/zed/blob/003a15e3ac7c6a346b3c35ec019f08fb0e60703f/docs/src/configuring-zed.md',
      date: '2026-11-28',
    },
  ],
};

function userFolder(place: Place): string {
  if (place.platform === 'win32') return join(place, appDataOf(place), 'Zed');
  if (place.platform === 'darwin') return join(place, homeOf(place), '.config', 'zed');
  return join(place, configHomeOf(place), 'zed');
}
