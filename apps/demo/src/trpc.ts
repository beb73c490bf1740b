import { type AnyTRPCRouter, initTRPC, TRPCError } from '@trpc/server';
import { getMcpCall, type McpCall, mcpDefaults, type McpMeta } from '@trpc-mcp/core';
import superjson from 'superjson';
import { recordActivity } from './activity.ts';
import type { Scope } from './auth/scope.ts';
import type { Context, SignedInUser } from './context.ts';
import { CsvFile } from './csv.ts';

superjson.registerCustom<CsvFile, { name: string; csv: string }>(
  {
    isApplicable: (value): value is CsvFile => value instanceof CsvFile,
    serialize: ({ name, csv }) => ({ name, csv }),
    deserialize: ({ name, csv }) => new CsvFile(name, csv),
  },
  'csv-file',
);

export type Role = SignedInUser['role'];

interface Meta extends McpMeta {
  /** Who may call it. The base procedures below set it. */
  roles?: readonly Role[];
}

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    transformer: superjson,
    // A stream that is silent for long may be dead without either side knowing it, such as after a laptop has slept.
    sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 45_000 } },
    // The message of an unexpected error may contain SQL and its values, so only the server's log has it.
    errorFormatter: ({ shape, error }) =>
      error.code === 'INTERNAL_SERVER_ERROR'
        ? { ...shape, message: 'Something went wrong on our side. Try again in a moment.' }
        : shape,
  });

export const router = t.router;

/** For everybody, signed in or not. It records what agents do. */
export const publicProcedure = t.procedure.use(async ({ ctx, path, meta, next }) => {
  const at = new Date();
  const started = performance.now();
  const result = await next();
  const call = getMcpCall();
  // A list, a completion, or a query that another procedure calls is nothing that an agent did. Nor is a call for which the
  // credential lacks a scope, or that the person declined: core ends those before any middleware runs.
  const isDone =
    call && recorded.has(call.method) && call.tool.path === path && !isForQuestion(call, path, meta);
  const error = result.ok ? undefined : result.error;
  if (isDone && !isHeld(error)) {
    recordActivity(ctx, call, {
      at,
      ms: Math.round(performance.now() - started),
      error: error?.code ?? null,
    });
  }
  return result;
});

/** Whether the query runs to fill the question of another tool, as `confirm.with` names it. The call has that tool's name. */
function isForQuestion({ method, tool }: McpCall, path: string, meta: Meta | undefined): boolean {
  return method === 'tools/call' && tool.name !== toolNameOf(path, meta);
}

/** Whether only the middleware ran: until a person has agreed, or for a caller who gets the answer of an earlier call. */
function isHeld(error: TRPCError | undefined): boolean {
  return error?.cause?.name === 'AnswerNeeded' || error?.code === 'CLIENT_CLOSED_REQUEST';
}

const recorded = new Set(['tools/call', 'resources/read', 'prompts/get']);

/** For everybody who is signed in, customers included: their resolvers check whose data it is. */
export const signedInProcedure = publicProcedure.use(({ ctx, next }) => {
  const { user } = ctx;
  if (!user) throw new TRPCError({ code: 'UNAUTHORIZED', message: signInMessage(ctx) });
  if (user.role === 'customer' && user.deactivated) {
    throw new TRPCError({
      code: 'FORBIDDEN',
      message: 'Your account is deactivated. Ask support to have it reactivated.',
    });
  }
  return next({ ctx: { user } });
});

/** The names of the tools that somebody in this role may call. */
export function toolsOf(role: Role, { _def: { procedures } }: AnyTRPCRouter): string[] {
  return Object.entries<{ _def: { meta?: unknown } }>(procedures).flatMap(([path, { _def }]) => {
    const { mcp, roles } = (_def.meta ?? {}) as Meta;
    if (!mcp || (roles && !roles.includes(role))) return [];
    const { tool, resource, prompt } = mcp === true ? {} : mcp;
    return (tool ?? (!resource && !prompt)) ? [toolNameOf(path, { mcp })] : [];
  });
}

function toolNameOf(path: string, meta: Meta | undefined): string {
  const { mcp } = meta ?? {};
  return (typeof mcp === 'object' ? mcp.name : undefined) ?? path.replaceAll('.', '_');
}

/** For the staff: they may read everything. */
export const staffProcedure = withRole('viewer', 'support', 'admin');

/** For everybody but viewers, customers included: their resolvers check whose data it is. */
export const editorProcedure = withRole('support', 'admin', 'customer').use(needs('backoffice:write'));

/** For those who look after customers. */
export const supportProcedure = withRole('support', 'admin').use(needs('backoffice:write'));

/** For those who may close accounts. */
export const adminProcedure = withRole('admin').use(needs('backoffice:admin'));

function withRole(...roles: Role[]) {
  return signedInProcedure.meta({ roles }).use(({ ctx: { user }, next }) => {
    if (roles.includes(user.role)) return next();
    throw new TRPCError({
      code: 'FORBIDDEN',
      message: `This needs the role ${roles.join(' or ')}; ${user.name} is signed in as ${user.role}.`,
    });
  });
}

/** The scopes that a client needs over MCP, if a person logged in there. */
function needs(scope: Scope) {
  return mcpDefaults({ scopes: [scope] });
}

function signInMessage({ tokenSent }: Context): string {
  return tokenSent
    ? 'Nobody has this token; it may have been revoked. Check the value after "Authorization: Bearer".'
    : 'Sign in first: send the header "Authorization: Bearer <token>".';
}
