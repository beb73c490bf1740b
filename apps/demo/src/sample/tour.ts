import { aiko, articles, jonas, type tokens } from './cast.ts';

export type Role = keyof typeof tokens;

/** What each of the four people may do. The start-up text and the page say it. */
export const abilities: Record<Role, string> = {
  viewer: 'reads everything, changes nothing',
  support: 'also extends trials, changes plans, publishes posts, renames own posts',
  admin: 'also deactivates and reactivates accounts, renames any post',
  customer: 'sees and changes only her own account and posts',
};

/** What one can say to an agent, and as whom. */
export const sayings: readonly { role: Role; says: string }[] = [
  { role: 'admin', says: `"Deactivate ${jonas.email}."` },
  { role: 'support', says: `"Extend ${aiko.name}'s trial by 1 week."` },
  { role: 'viewer', says: '"How many new users did we get, week over week?"' },
  { role: 'customer', says: `"Rename my post '${articles.byMara}' to 'Invoices that file themselves'."` },
  {
    role: 'support',
    says: '"Watch who signs up", and meanwhile "Sign up Kim Berg of Berg Ltd in Norway."',
  },
];

/** Writes the command that connects Claude Code to the MCP endpoint, which then sends the person to the login page. */
export function toClaudeCommand(mcp: string): string {
  return `claude mcp add --transport http demo ${mcp}`;
}

/** Writes the link that opens the inspector at an endpoint, signed in with a token. The inspector takes it out of its URL. */
export function toInspectorLink(mcp: string, token: string): string {
  return `${mcp}#/connect?header=Authorization&value=${encodeURIComponent(`Bearer ${token}`)}`;
}
