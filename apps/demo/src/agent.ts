import { readSkills } from '@trpc-mcp/core/node';

/** What a model is told before it calls anything. */
export const instructions =
  'The back office of a software company: customers, subscriptions, invoices, help-centre posts. Look things ' +
  'up before you change them: customers_search and posts_list return the ids that other tools want, ' +
  'whoami says who is signed in and what they may do. Amounts are US cents, times are UTC. A refusal says who may do it.';

/** The options that agents get the tools with, over MCP and in the chat of the app: the same catalog, and the same calls. */
export const agentOptions = {
  // A viewer does not read about tools that only an admin may call.
  listing: 'permitted',
  skills: await readSkills(new URL('../skills', import.meta.url)),
  server: { name: 'back-office', version: '1.0.0', title: 'Back office', instructions },
} as const;
