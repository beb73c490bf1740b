import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { getMcpCall, type McpMeta, type TaskJob } from '../../src/index.ts';
import { latch, person } from './person.ts';
import { openStore } from './store.ts';

interface Context {
  user: string;
  role: string;
}

const t = initTRPC.context<Context>().meta<McpMeta<Context>>().create();
const secret = 'a secret of thirty-two bytes or more';

/** An app whose tasks wait in a queue until they are worked on, and whose roles can change meanwhile. */
function open() {
  const roles: Record<string, string> = { ann: 'admin', ben: 'viewer' };
  const scopes: Record<string, string[]> = { ann: ['reports'], ben: [] };
  const jobs: TaskJob[] = [];
  const made: unknown[] = [];
  const ran: string[] = [];
  let points = 0;
  const admin = t.procedure.use(({ ctx, next }) => {
    if (ctx.role !== 'admin') throw new TRPCError({ code: 'FORBIDDEN', message: `${ctx.user} is no admin` });
    return next();
  });
  const router = t.router({
    report: admin.meta({ mcp: { task: true } }).mutation(({ ctx }) => {
      ran.push(ctx.user);
      return `report for ${ctx.user}`;
    }),
    shown: t.procedure
      .meta({ mcp: { task: true, visible: ({ role }) => role === 'admin' } })
      .mutation(({ ctx }) => {
        ran.push(ctx.user);
        return 'shown';
      }),
    scoped: t.procedure.meta({ mcp: { task: true, scopes: ['reports'] } }).mutation(({ ctx }) => {
      ran.push(ctx.user);
      return 'scoped';
    }),
    limited: t.procedure
      .meta({ mcp: { task: true, rateLimit: { points: 2, durationMs: 60_000 } } })
      .mutation(() => ++points),
    about: t.procedure.meta({ mcp: { task: true } }).mutation(({ ctx }) => {
      const { auth, tool, era } = getMcpCall()!;
      return { ctx, tool, era, subject: auth?.subject, scopes: auth?.scopes, hasToken: Boolean(auth?.token) };
    }),
  });
  const handler = mcpHandler(router, {
    auth: {
      required: true,
      authenticate: ({ headers }) => {
        const name = /^Bearer token-of-(\w+)$/.exec(headers.get('authorization') ?? '')?.[1];
        return name === undefined
          ? undefined
          : { token: `token-of-${name}`, clientId: 'client', scopes: scopes[name] ?? [], subject: name };
      },
    },
    createContext: ({ mcp }) => {
      const user = mcp.auth!.subject!;
      return { user, role: roles[user] ?? 'none' };
    },
    secret,
    store: openStore(),
    tasks: {
      run: (job) => void jobs.push(job),
      createContext: (sealed) => {
        made.push(sealed);
        return { user: sealed.subject, role: roles[sealed.subject] ?? 'none' };
      },
    },
    onError: () => {},
  });
  onTestFinished(() => handler.close());
  const as = (name: string) => person(handler, `token-of-${name}`);
  return { handler, roles, scopes, jobs, made, ran, ann: as('ann'), ben: as('ben') };
}

describe('before a task is made', () => {
  test('who may not call the tool is told so at once, and nothing is queued', async () => {
    const { ben, jobs } = open();
    expect(await ben.call('report')).toMatchObject({ status: 403, result: { isError: true } });
    expect((await ben.call('scoped')).status).toBe(403);
    // A hidden tool and one that there is not are the same.
    const strip = (reply: unknown) => JSON.stringify(reply).replaceAll(/shown|never/g, 'NAME');
    expect(strip(await ben.call('shown'))).toBe(strip(await ben.call('never')));
    expect(jobs).toEqual([]);
  });

  test('points of a limit are taken once for each call, and not again when the task starts', async () => {
    const { handler, ann, jobs } = open();
    const ids = [await ann.start('limited'), await ann.start('limited')];
    const third = await ann.call('limited');
    expect(third.result).toMatchObject({ isError: true });
    expect(JSON.stringify(third.result)).toContain('TOO_MANY_REQUESTS');
    expect(jobs).toHaveLength(2);
    for (const job of jobs) await handler.runTask(job);
    for (const id of ids) expect((await ann.settle(id)).result?.isError ?? false).toBe(false);
  });
});

describe('when a task starts', () => {
  test('a person who has lost the right meanwhile is refused by the middleware', async () => {
    const { handler, ann, jobs, roles, ran } = open();
    const id = await ann.start('report');
    roles['ann'] = 'viewer';
    await handler.runTask(jobs[0]!);
    const { status, result } = await ann.settle(id);
    expect(status).toBe('completed');
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('FORBIDDEN: ann is no admin') }],
    });
    expect(ran).toEqual([]);
  });

  test('a tool that is hidden from the person meanwhile does not run', async () => {
    const { handler, ann, jobs, roles, ran } = open();
    const id = await ann.start('shown');
    roles['ann'] = 'viewer';
    await handler.runTask(jobs[0]!);
    const settled = await ann.settle(id);
    expect(settled.status === 'failed' || settled.result?.isError).toBe(true);
    expect(ran).toEqual([]);
  });

  test('the context is made of who the caller is, and has no credential', async () => {
    const { handler, ann, jobs, made } = open();
    const id = await ann.start('about');
    await handler.runTask(jobs[0]!);
    const { result } = await ann.settle(id);
    expect(result?.structuredContent).toEqual({
      ctx: { user: 'ann', role: 'admin' },
      tool: { name: 'about', path: 'about' },
      era: 'modern',
      subject: 'ann',
      scopes: ['reports'],
      hasToken: false,
    });
    expect(made.at(-1)).toEqual({ subject: 'ann', clientId: 'client', scopes: ['reports'] });
    expect(JSON.stringify([made, jobs])).not.toContain('token-of-');
  });

  test('a person whose task waits sees its state, and nobody else does', async () => {
    const { ann, ben, handler, jobs } = open();
    const id = await ann.start('report');
    expect((await ann.read(id)).status).toBe('working');
    expect((await ben.get(id)).error?.code).toBe(-32_602);
    await handler.runTask(jobs[0]!);
    expect((await ann.settle(id)).result?.structuredContent).toBe('report for ann');
  });
});

test('who is refused by the endpoint cannot ask for tasks either', async () => {
  const { handler, ann, jobs } = open();
  const id = await ann.start('report');
  const stranger = person(handler, 'unknown');
  for (const method of ['get', 'update', 'cancel'] as const) {
    expect((await stranger[method](id, {})).status).toBe(401);
  }
  await handler.runTask(jobs[0]!);
  expect((await ann.settle(id)).status).toBe('completed');
});

test('a local task runs the middleware of the caller again when it starts', async () => {
  const started = latch();
  const calls: string[] = [];
  const router = t.router({
    report: t.procedure
      .meta({ mcp: { task: true } })
      .use(({ ctx, next }) => {
        calls.push(ctx.user);
        return next();
      })
      .mutation(() => started.open()),
  });
  const handler = mcpHandler(router, {
    createContext: ({ req }) => ({ user: req.headers.get('authorization') ?? 'nobody', role: 'admin' }),
  });
  onTestFinished(() => handler.close());
  const ann = person(handler, 'ann');
  const id = await ann.start('report');
  await started.opened;
  expect(new Set(calls)).toEqual(new Set(['Bearer ann']));
  expect(calls.length).toBeGreaterThanOrEqual(1);
  expect((await ann.settle(id)).status).toBe('completed');
});
