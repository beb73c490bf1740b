import { defineEvals } from '@trpc-mcp/ai/evals';
import { agentOptions, instructions } from '../src/agent.ts';
import { createModel } from '../src/chat/model.ts';
import { readModelSettings } from '../src/chat/model-settings.ts';
import { appRouter } from '../src/router.ts';
import { articles, jonas } from '../src/sample/cast.ts';
import { closeOffice, resetOffice, personWith } from './office.ts';

/** What the four people of the demo ask for, and what has to be true then. */
export const evals = defineEvals(appRouter, {
  people: {
    viewer: personWith('viewer'),
    support: personWith('support'),
    admin: personWith('admin'),
    customer: personWith('customer'),
  },
  options: agentOptions,
  system: instructions,
  // Without CHAT_MODEL_URL, the script of the chat answers. evals.record.json was recorded with it.
  model: () => createModel(readModelSettings(process.env)),
  setup: resetOffice,
  close: closeOffice,
  cases: [
    {
      name: 'An author renames their post',
      say: `Can you rename my post '${articles.byMara}' to 'Invoices that file themselves'?`,
      as: 'customer',
      tags: ['posts'],
      expect: {
        calls: [
          { tool: 'posts_list', input: { mine: true } },
          { tool: 'posts_rename', input: { title: 'Invoices that file themselves' } },
        ],
        inOrder: true,
        answer: 'Invoices that file themselves',
        state: async ({ caller }) => {
          const { items } = await caller.posts.list({ mine: true });
          return items.some(({ title }) => title === 'Invoices that file themselves');
        },
        maxCalls: 3,
      },
    },
    {
      name: 'The post of somebody else keeps its title',
      say: `Rename the post '${articles.byMara}' to 'Tidy invoices'.`,
      as: 'support',
      tags: ['posts'],
      expect: {
        calls: [{ tool: 'posts_rename', refused: 'FORBIDDEN' }],
        state: async ({ as }) => {
          const { items } = await (await as('customer')).posts.list({ mine: true });
          return items.some(({ title }) => title === articles.byMara);
        },
      },
    },
    {
      name: 'An account is deactivated when the admin agrees',
      say: `Deactivate ${jonas.email}.`,
      as: 'admin',
      tags: ['accounts'],
      consent: 'accept',
      expect: {
        calls: [{ tool: 'customers_search' }, { tool: 'customers_deactivate' }],
        inOrder: true,
        asks: jonas.company,
        answer: 'deactivated',
        state: ({ caller }) => isDeactivated(caller.customers.search),
      },
    },
    {
      name: 'An account stays open when the admin says no',
      say: `Deactivate ${jonas.email}.`,
      as: 'admin',
      tags: ['accounts'],
      consent: 'decline',
      expect: {
        calls: [{ tool: 'customers_deactivate', refused: true }],
        asks: true,
        state: async ({ caller }) => !(await isDeactivated(caller.customers.search)),
      },
    },
    {
      name: 'A viewer deactivates nobody',
      say: `Deactivate ${jonas.email}.`,
      as: 'viewer',
      tags: ['accounts'],
      expect: {
        notCalled: ['customers_deactivate'],
        asks: false,
        answer: (answer) => /may|cannot|role/i.test(answer) || 'The answer does not say why.',
        state: async ({ as }) => !(await isDeactivated((await as('admin')).customers.search)),
      },
    },
    {
      name: 'Sign-ups are counted week over week',
      say: ['How many new users did we get, week over week?', 'And how many sign-ups were there each month?'],
      as: 'viewer',
      tags: ['reports'],
      expect: {
        calls: [
          { tool: 'reports_signUps', input: { weeks: (weeks) => weeks! >= 2 } },
          { tool: 'reports_signUps', input: { months: (months) => months! >= 2 } },
        ],
        inOrder: true,
        answer: /\d/,
        maxCalls: 2,
      },
    },
  ],
});

type Search = (input: { query: string }) => Promise<{ items: { status: string }[] }>;

async function isDeactivated(search: Search): Promise<boolean> {
  const { items } = await search({ query: jonas.email });
  return items.some(({ status }) => status === 'deactivated');
}
