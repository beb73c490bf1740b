import type { HeaderValue } from '../header.ts';
import { toCommand } from '../launch.ts';
import { homeOf, join } from '../place.ts';
import { type ConfigClient, placeholderOf, toEnv } from './client.ts';

export const codex: ConfigClient = {
  title: 'Codex',
  format: 'toml',
  container: 'mcp_servers',
  file: (scope, place) =>
    scope === 'project'
      ? join(place, place.project, '.codex', 'config.toml')
      : join(place, place.env['CODEX_HOME'] || join(place, homeOf(place), '.codex'), 'config.toml'),
  trace: (place) => place.env['CODEX_HOME'] || join(place, homeOf(place), '.codex'),
  toEntry(server, { scope, place, inline }) {
    if (server.kind === 'http') {
      const { headers } = server;
      const notes: string[] = [];
      const bearer = inline ? undefined : headers.find(isBearer);
      // A variable of env_http_headers has the whole value, and so can't come with a scheme in front.
      const variables = headers.filter(
        (header) => header.isSecret && !inline && header !== bearer && header.scheme === '',
      );
      const written = headers.filter((header) => header !== bearer && !variables.includes(header));
      for (const { name, isSecret } of written) {
        if (isSecret && !inline)
          notes.push(`Codex can't read ${name} from a variable, so that its value stands in the file.`);
      }
      const value = {
        url: server.url,
        ...(bearer && { bearer_token_env_var: bearer.variable }),
        ...(written.length > 0 && {
          http_headers: Object.fromEntries(
            written.map((header) => [header.name, header.value ?? placeholderOf(header)]),
          ),
        }),
        ...(variables.length > 0 && {
          env_http_headers: Object.fromEntries(variables.map(({ name, variable }) => [name, variable])),
        }),
      };
      return {
        value,
        secrets: written.flatMap(({ isSecret, value: text }) =>
          isSecret && text !== undefined ? [text] : [],
        ),
        variables: [...(bearer ? [bearer] : []), ...variables].map(({ variable }) => variable),
        notes,
        unset: written.flatMap(({ value: text, variable }) => (text === undefined ? [variable] : [])),
      };
    }
    const projectFolder = scope === 'project' ? '.' : undefined;
    const named = server.env.filter(({ value }) => value === undefined).map(({ name }) => name);
    const { values: env, secrets } = toEnv(
      server.env.filter(({ value }) => value !== undefined),
      place.env,
      undefined,
    );
    const value = {
      ...toCommand(server.launch, { projectFolder, place }),
      ...(Object.keys(env).length > 0 && { env }),
      ...(named.length > 0 && { env_vars: named }),
      // The default of ten seconds is short for a package that has to be downloaded first.
      ...(server.launch.script === undefined && { startup_timeout_sec: 60 }),
    };
    return { value, secrets, variables: named, notes: [] };
  },
  afterwards:
    'Start codex again, and look at /mcp. It reads the file of a project only if the project is trusted.',
  sources: [
    {
      url: 'https://github.com/openai/codex/blob/00b17c2659c96ab3d0ae8de723b4ce2d686850b1/codex-rs/config/src/mcp_types.rs',
      date: '2026-11-28',
    },
    {
      url: 'https://docs.rs/tuff-adapter-codex/0.13.0/tuff_adapter_codex/constant.MCP_CONFIG_RELPATH.html',
      date: '2026-11-28',
    },
  ],
};

const isBearer = ({ name, scheme }: HeaderValue): boolean =>
  name.toLowerCase() === 'authorization' && scheme.toLowerCase() === 'bearer ';
