import type { EntryHeader, ServerEntry, Setup } from './server-entry.ts';

/** How one client is given an endpoint. */
export interface ConnectClient {
  title: string;
  /** True if it can send a header that a person has from elsewhere. The others take OAuth only. */
  takesHeaders: boolean;
  /** The company from whose servers it connects, if it does not connect from the person's machine. */
  from?: string;
  /** How it comes by a secret header. */
  secret: string;
  setups: (server: ServerEntry) => readonly Setup[];
  /** A link that installs the server when somebody opens it. It never has a secret in it. */
  link?: (server: ServerEntry) => string;
  steps: readonly string[];
}

// What stands in the files is what `trpc-mcp connect` writes into them, where the sources are; clients.test.ts compares the two.

/** The clients that people ask for, in the order in which they are shown. */
export const connectClients: Readonly<Record<string, ConnectClient>> = {
  'claude-code': {
    title: 'Claude Code',
    takesHeaders: true,
    secret: 'It reads the secret from an environment variable.',
    setups: (server) => [
      { place: 'In a terminal', text: toClaudeCommand(server) },
      {
        place: '.mcp.json, in the project',
        text: json({ mcpServers: { [server.name]: claudeCodeEntry(server) } }),
      },
    ],
    steps: [
      'Start claude in the project, and look at /mcp. With OAuth, choose the server there and sign in.',
    ],
  },
  'claude-desktop': {
    title: 'Claude Desktop',
    takesHeaders: true,
    secret: 'Its file has no variables for this: the secret stands in it, in place of the <…>.',
    setups: (server) => [
      {
        place:
          'claude_desktop_config.json: Settings, Developer, Edit Config. It is in ~/Library/Application Support/Claude on macOS and in %APPDATA%\\Claude on Windows',
        text: json({ mcpServers: { [server.name]: claudeDesktopEntry(server) } }),
      },
    ],
    steps: [
      'Quit Claude Desktop, and start it again. Its file takes commands only, so that mcp-remote passes on to the endpoint; that needs Node.js.',
      'On Windows, the command is "cmd", and its arguments begin with "/c", "npx".',
      'An endpoint with OAuth that the internet reaches needs no file: Settings, Connectors, Add custom connector.',
    ],
  },
  'claude.ai': {
    title: 'claude.ai',
    takesHeaders: false,
    from: 'Anthropic',
    secret: '',
    setups: ({ url }) => [{ place: 'Settings, Connectors, Add custom connector: the URL', text: url }],
    steps: ['Press Connect beside the new connector, and sign in.'],
  },
  chatgpt: {
    title: 'ChatGPT',
    takesHeaders: false,
    from: 'OpenAI',
    secret: '',
    setups: ({ url }) => [
      {
        place: 'Settings, Apps & Connectors, Create (with the developer mode on): the MCP server URL',
        text: url,
      },
    ],
    steps: ['Choose OAuth, or no authentication if the endpoint is open, and press Create.'],
  },
  cursor: {
    title: 'Cursor',
    takesHeaders: true,
    secret: 'It reads the secret from an environment variable.',
    setups: (server) => [
      {
        place: '.cursor/mcp.json, in the project or in your home',
        text: json({ mcpServers: { [server.name]: cursorEntry(server) } }),
      },
    ],
    link: (server) => {
      const config = btoa(JSON.stringify(cursorEntry(withoutSecret(server))));
      return `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(server.name)}&config=${encodeURIComponent(config)}`;
    },
    steps: ['Switch the server on in Cursor Settings, Tools & MCP.'],
  },
  vscode: {
    title: 'VS Code',
    takesHeaders: true,
    secret: 'It asks for the secret once, and keeps it outside of the file.',
    setups: (server) => {
      const { inputs, entry } = vscodeEntry(server);
      return [
        {
          place: '.vscode/mcp.json, in the project',
          text: json({ ...(inputs && { inputs }), servers: { [server.name]: entry } }),
        },
      ];
    },
    link: (server) => {
      const { inputs, entry } = vscodeEntry(withoutSecret(server));
      const config = { name: server.name, ...entry, ...(inputs && { inputs }) };
      return `vscode:mcp/install?${encodeURIComponent(JSON.stringify(config))}`;
    },
    steps: ['Run “MCP: List Servers” in VS Code, and start the server.'],
  },
  codex: {
    title: 'Codex',
    takesHeaders: true,
    secret: 'It reads the secret from an environment variable.',
    setups: (server) => [{ place: '~/.codex/config.toml', text: toToml(server.name, codexEntry(server)) }],
    steps: [
      'Start codex again, and look at /mcp. For an endpoint with OAuth, run codex mcp login with the name of the server.',
    ],
  },
  gemini: {
    title: 'Gemini CLI',
    takesHeaders: true,
    secret: 'It reads the secret from an environment variable.',
    setups: (server) => [
      {
        place: '.gemini/settings.json, in the project or in your home',
        text: json({ mcpServers: { [server.name]: geminiEntry(server) } }),
      },
    ],
    steps: ['Start gemini again, and look at /mcp. With OAuth, type /mcp auth and the name of the server.'],
  },
};

export const claudeCodeEntry = ({ url, header }: ServerEntry): object => ({
  type: 'http',
  url,
  ...headersOf(header, (variable) => `\${${variable}}`),
});

export function claudeDesktopEntry({ url, header }: ServerEntry): object {
  const { hostname, protocol } = new URL(url);
  const isPlain = protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  // A space in an argument breaks the command on Windows, so that the value stands in a variable.
  const variable = header && `HEADER_${header.name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
  return {
    command: 'npx',
    args: [
      '-y',
      'mcp-remote',
      url,
      ...(header ? ['--header', `${header.name}:\${${variable}}`] : []),
      ...(isPlain ? ['--allow-http'] : []),
    ],
    ...(header &&
      variable && { env: { [variable]: header.scheme + (header.secret ?? `<${header.variable}>`) } }),
  };
}

export const cursorEntry = ({ url, header }: ServerEntry): object => ({
  url,
  ...headersOf(header, (variable) => `\${env:${variable}}`),
});

export function vscodeEntry({ url, header }: ServerEntry): { entry: object; inputs?: object[] } {
  const id = header?.variable.toLowerCase().replaceAll('_', '-');
  const entry = { type: 'http', url, ...headersOf(header, () => `\${input:${id}}`) };
  if (!header || header.secret !== undefined) return { entry };
  const description = `${header.name} of the MCP server (${header.variable})`;
  return { entry, inputs: [{ type: 'promptString', id, description, password: true }] };
}

export function codexEntry({ url, header }: ServerEntry): Record<string, string | Record<string, string>> {
  if (!header) return { url };
  const { name, scheme, variable, secret } = header;
  if (secret !== undefined) return { url, http_headers: { [name]: scheme + secret } };
  if (name.toLowerCase() === 'authorization' && scheme.toLowerCase() === 'bearer ')
    return { url, bearer_token_env_var: variable };
  // A variable of env_http_headers has the whole value, and so cannot come with a scheme in front.
  return scheme === ''
    ? { url, env_http_headers: { [name]: variable } }
    : { url, http_headers: { [name]: `${scheme}<${variable}>` } };
}

export const geminiEntry = ({ url, header }: ServerEntry): object => ({
  httpUrl: url,
  ...headersOf(header, (variable) => `\${${variable}}`),
});

function headersOf(header: EntryHeader | undefined, refer: (variable: string) => string): object {
  if (!header) return {};
  const { name, scheme, variable, secret } = header;
  return { headers: { [name]: scheme + (secret ?? refer(variable)) } };
}

const withoutSecret = ({ header, ...server }: ServerEntry): ServerEntry => ({
  ...server,
  header: header && { ...header, secret: undefined },
});

function toClaudeCommand({ name, url, header }: ServerEntry): string {
  const command = `claude mcp add --transport http ${name} ${shellQuote(url)}`;
  if (!header) return command;
  const { scheme, variable, secret } = header;
  // The shell puts the variable in only between double quotes.
  const value =
    secret === undefined
      ? `"${header.name}: ${scheme}$${variable}"`
      : shellQuote(`${header.name}: ${scheme}${secret}`);
  return `${command} --header ${value}`;
}

const shellQuote = (text: string): string =>
  /^[\w:/.@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

const json = (value: object): string => JSON.stringify(value, undefined, 2);

/** Writes one table of TOML. Its strings are those of JSON, but for a control character that JSON leaves as it is. */
function toToml(name: string, entry: Record<string, string | Record<string, string>>): string {
  const text = (value: string) => JSON.stringify(value).replaceAll('\u007F', String.raw`\u007F`);
  const lines = Object.entries(entry).map(([key, value]) =>
    typeof value === 'string'
      ? `${key} = ${text(value)}`
      : `${key} = { ${Object.entries(value)
          .map(([part, inner]) => `${text(part)} = ${text(inner)}`)
          .join(', ')} }`,
  );
  return [`[mcp_servers.${name}]`, ...lines].join('\n');
}
