import type { CodeModeTool } from '@trpc-mcp/core';
import { mostFound, usualFound } from './arguments.ts';

/** Finds procedures, and declares them. */
export const searchTool: CodeModeTool = {
  does: 'search',
  name: 'search_api',
  title: 'Search the API',
  description:
    'Finds functions of this app and gives their TypeScript declarations. Search for all that you need, then call them in one program with run_code.',
  inputSchema: {
    type: 'object',
    properties: {
      query: { type: 'string', description: 'What you want to do, in a few words' },
      limit: {
        type: 'integer',
        minimum: 1,
        maximum: mostFound,
        default: usualFound,
        description: 'How many functions',
      },
    },
    required: ['query'],
    additionalProperties: false,
  },
};

/** Runs code. */
export const runTool: CodeModeTool = {
  does: 'run',
  name: 'run_code',
  title: 'Run code',
  description: `Runs JavaScript that calls this app through \`api\`, and gives what it returns:

const { items } = await api.customers.list.query({ limit: 50 });
return items.filter((each) => each.isActive).map(({ id, name }) => ({ id, name }));

search_api declares what \`api\` has. Do as much as you can in one program: loops, Promise.all, sums and filters. Return only what you need, because it costs tokens. Values are JSON, dates are ISO 8601 texts. A call that is refused throws an Error with \`code\` and \`message\`. There is no network, no files, no timers and no import; console.log comes back with the result.`,
  inputSchema: {
    type: 'object',
    properties: {
      code: {
        type: 'string',
        description: 'JavaScript, without types. `await` and `return` work at the top.',
      },
    },
    required: ['code'],
    additionalProperties: false,
  },
};
