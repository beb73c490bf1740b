import type { Address } from './address.ts';

/** A header that a client sends with every request. */
export interface HeaderLine {
  name: string;
  value: string;
}

/** How to connect one client. */
export interface Connection {
  client: string;
  steps: string;
  /** A command or a file to copy. */
  code: string | undefined;
}

/** Says how clients connect to an endpoint. `trpc-mcp connect` writes the same into the files of these clients. */
export function connectionsTo(
  { url, isLocal }: Address,
  serverName: string,
  header: HeaderLine | undefined,
): Connection[] {
  const name = toClientName(serverName);
  const headers = header && { headers: { [header.name]: header.value } };
  const argument = header ? ` --header "${header.name}: ${header.value}"` : '';
  const custom =
    'In the settings, open Connectors, choose to add a custom connector, and paste the address. ChatGPT has this in its developer mode.';
  return [
    {
      client: 'Claude Code',
      steps: 'Run this in a terminal.',
      code: `claude mcp add --transport http ${name} ${url}${argument}`,
    },
    {
      client: 'Claude, Claude Desktop and ChatGPT',
      steps: isLocal
        ? `${custom} They connect from the internet, which does not reach this address: it is one of your own machine.`
        : custom,
      code: undefined,
    },
    {
      client: 'Cursor',
      steps: 'Put this into .cursor/mcp.json.',
      code: toJson({ mcpServers: { [name]: { url, ...headers } } }),
    },
    {
      client: 'VS Code',
      steps: 'Put this into .vscode/mcp.json.',
      code: toJson({ servers: { [name]: { type: 'http', url, ...headers } } }),
    },
  ];
}

/** A name that every client and every shell takes. */
function toClientName(text: string): string {
  const name = text.replace(/[^a-zA-Z\d]+/g, '-').replace(/^-+|-+$/g, '');
  return name.slice(0, 40).replace(/-+$/, '') || 'mcp-server';
}

function toJson(value: object): string {
  return JSON.stringify(value, null, 2);
}
