import { tokens } from './sample/cast.ts';
import { abilities, type Role, sayings, toClaudeCommand } from './sample/tour.ts';

/**
 * Writes the start-up text: what to open in a browser, who can sign in, how to connect a client and what to try.
 * Without `folder`, the data is on a server.
 */
export function welcomeText(url: string, folder: string | undefined): string {
  const mcp = `${url}/mcp`;
  const header = `Authorization: Bearer ${tokens.admin.token}`;
  const headers = { Authorization: `Bearer ${tokens.admin.token}` };
  return `
A SaaS back office, with its data on ${folder === undefined ? 'the PostgreSQL server of DATABASE_URL' : `PGlite in ${folder}`}

Open in a browser:

  ${url}/      who you can be, and what agents do, live
  ${url}/chat  an agent in the app: it does what you may do, and asks you first where it should
  ${mcp}   the inspector: every tool, to look at and to try

For programs:

  tRPC  ${url}/trpc
  MCP   ${mcp}

Give a client the MCP address and nothing else, and it sends you to the app's login, where you also decide what it may do:

  ${toClaudeCommand(mcp)}
  npx -y mcp-remote ${mcp}

  ${url}/login              sign in as somebody else, or out
  ${url}/oauth/connections  what you have connected, and how to end it

Or be somebody at once, with the header "Authorization: Bearer <token>":

${roles.map((role) => `  ${tokens[role].token.padEnd(15)}${tokens[role].name}: ${abilities[role]}`).join('\n')}

Claude Code:

  ${toClaudeCommand(mcp)} --header "${header}"

Claude Desktop (claude_desktop_config.json):

${json({
  mcpServers: {
    demo: {
      command: 'npx',
      // Without a space after the colon: on Windows an argument with one falls apart.
      args: ['-y', 'mcp-remote', mcp, '--header', 'Authorization:${AUTH_HEADER}'],
      env: { AUTH_HEADER: headers.Authorization },
    },
  },
})}

Cursor (.cursor/mcp.json):

${json({ mcpServers: { demo: { url: mcp, headers } } })}

VS Code (.vscode/mcp.json):

${json({ servers: { demo: { type: 'http', url: mcp, headers } } })}

Then say, for example:

${sayings.map(({ role, says }) => `  as ${tokens[role].token.padEnd(15)}${says}`).join('\n')}

Clients that can read resources and take prompts have every customer (customers://…), every post (posts://…), the
invoices of each month as CSV (exports://invoices/….csv) and the prompt weekly_report. Clients that show MCP Apps, as the
inspector does, draw the sign-ups as a chart. The tool whoami says who is signed in, and what they may do.

Stop with Ctrl+C. What was changed stays${folder === undefined ? '' : `; to begin afresh, delete ${folder}`}.
`;
}

const roles = Object.keys(tokens) as Role[];

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll(/^/gm, '  ');
}
