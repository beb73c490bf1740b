import { aiko, articles, jonas, tokens } from './sample/cast.ts';

/**
 * Writes the start-up text: the demo's URL, who can sign in, how to connect a client and what to try. Without
 * `folder`, the data is on a server.
 */
export function welcomeText(url: string, folder: string | undefined): string {
  const mcp = `${url}/mcp`;
  const header = `Authorization: Bearer ${tokens.admin.token}`;
  const headers = { Authorization: `Bearer ${tokens.admin.token}` };
  return `
A SaaS back office, with its data on ${folder === undefined ? 'the PostgreSQL server of DATABASE_URL' : `PGlite in ${folder}`}

  tRPC  ${url}/trpc
  MCP   ${mcp}

Give a client the MCP address and nothing else, and it sends you to a login page:

  claude mcp add --transport http demo ${mcp}
  npx -y mcp-remote ${mcp}

Or be somebody at once, with the header "Authorization: Bearer <token>":

  ${tokens.viewer.token}    ${tokens.viewer.name}: reads everything, changes nothing
  ${tokens.support.token}   ${tokens.support.name}: also extends trials, changes plans, publishes posts, renames own posts
  ${tokens.admin.token}     ${tokens.admin.name}: also deactivates and reactivates accounts, renames any post
  ${tokens.customer.token}  ${tokens.customer.name}: sees and changes only her own account and posts

Claude Code:

  claude mcp add --transport http demo ${mcp} --header "${header}"

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

  as ${tokens.admin.token}     "Deactivate ${jonas.email}."
  as ${tokens.support.token}   "Extend ${aiko.name}'s trial by 1 week."
  as ${tokens.viewer.token}    "How many new users did we get, week over week?"
  as ${tokens.customer.token}  "Rename my post '${articles.byMara}' to 'Invoices that file themselves'."
  as ${tokens.support.token}   "Watch who signs up", and meanwhile "Sign up Kim Berg of Berg Ltd in Norway."

Clients that can read resources and take prompts have every customer (customers://…), every post (posts://…), the
invoices of each month as CSV (exports://invoices/….csv) and the prompt weekly_report.

Stop with Ctrl+C. What was changed stays${folder === undefined ? '' : `; to begin afresh, delete ${folder}`}.
`;
}

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll(/^/gm, '  ');
}
