import type { AnyTRPCRouter } from '@trpc/server';
import type { Tag } from '../../catalog/tag.ts';
import { collectPaths, collectProcedures } from '../../catalog/walk.ts';
import type { SetupProblem } from '../../setup-error.ts';
import type { HandlerOptions } from '../options.ts';

/** Finds what is missing for the tasks of a router, at mount. */
export function checkTasks(
  router: AnyTRPCRouter,
  options: Omit<HandlerOptions, 'tag'> & { createContext?: unknown; tag?: Tag | undefined },
): SetupProblem[] {
  const { tasks, tools = [] } = options;
  return [...checkQueue(options), ...(tasks?.run || tasks?.waitUntil ? [] : checkHost())];

  function checkHost(): SetupProblem[] {
    const host = nameOfShortHost();
    if (host === undefined) return [];
    const tagged = collectProcedures(router, collectPaths(router), options.tag);
    const paths = [
      ...tagged.filter(({ settings }) => settings.task !== undefined).map(({ path }) => path),
      ...tools.filter(({ task }) => task !== undefined).map(({ name }) => name),
    ];
    const message = `mcp.task lets work go on after the answer, and ${host} stops when the answer is sent; ${remedyOf(host)}, or leave task out`;
    return paths.map((path) => ({ code: 'TASK_HOST', path, message }));
  }
}

function remedyOf(host: string): string {
  const queue = 'hand the work to a queue with tasks.run';
  return host === 'Vercel' ? `set tasks.waitUntil to waitUntil of @vercel/functions, or ${queue}` : queue;
}

/** A queue needs what both sides of it share. */
function checkQueue({
  tasks,
  store,
  secret,
  ...options
}: Pick<HandlerOptions, 'tasks' | 'store' | 'secret'> & { createContext?: unknown }): SetupProblem[] {
  if (!tasks?.run) return [];
  const problem = (path: string, message: string): SetupProblem => ({ code: 'TASK_QUEUE', path, message });
  return [
    ...(tasks.createContext || options.createContext === undefined
      ? []
      : [
          problem(
            'tasks.createContext',
            'a worker has no request to make the context of; set tasks.createContext to a function that makes it of { subject, clientId, scopes, extra }',
          ),
        ]),
    ...(store
      ? []
      : [
          problem(
            'store',
            'with tasks.run the state of tasks is shared by several processes; set store, for example with redis({ client }) of @trpc-mcp/redis',
          ),
        ]),
    // Where there is a store, the lack of a secret is a problem of its own.
    ...(secret !== undefined || store
      ? []
      : [
          problem(
            'secret',
            'with tasks.run the state of tasks is encrypted for several processes; set secret',
          ),
        ]),
  ];
}

/** Hosts that stop when the answer is sent, so that nothing may go on after it. */
function nameOfShortHost(): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const env = process?.env ?? {};
  if (env['VERCEL']) return 'Vercel';
  return env['AWS_LAMBDA_FUNCTION_NAME'] ? 'AWS Lambda' : undefined;
}

/** Whether this host ends work that it was not told of. */
export function needsWaitUntil(): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  return navigator?.userAgent === 'Cloudflare-Workers';
}
