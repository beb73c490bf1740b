import type { AnyTRPCRouter } from '@trpc/server';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';
import { loadDefault, type LoadedModule } from './module.ts';

/** Where requests to a router in this process seem to go. */
export const mountedUrl = 'http://localhost/mcp';

export interface MountedModule {
  fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  close: () => Promise<void>;
}

/**
 * Serves a router in this process, for requests that never leave it. `ctx` is the module of a context; without it the
 * configuration's `createContext` makes one.
 */
export async function mountModule(
  module: LoadedModule,
  terminal: Terminal,
  ctx: string | undefined,
): Promise<MountedModule> {
  const { core, router } = module;
  const { mcpHandler } = await core.fetch();
  const options = await toServedOptions(module, terminal, ctx);
  let handler: ReturnType<typeof mcpHandler<AnyTRPCRouter>>;
  try {
    // A refusal of the app is the result of a call here, and no HTTP status.
    handler = mcpHandler<AnyTRPCRouter>(router, { ...options, return200ForErrors: true });
    await handler.ready();
  } catch (error) {
    throw toMountError(module, error);
  }
  return {
    fetch: (url, init) => handler(new Request(url, init)),
    close: () => handler.close(),
  };
}

/** The options of a handler, on any host. */
export type ServedOptions = Omit<LoadedModule['options'], 'createContext'> & {
  createContext: (options: object) => unknown;
};

/** The options of a handler that serves the person at this command. */
export async function toServedOptions(
  { manifest, router, core, options }: LoadedModule,
  terminal: Terminal,
  ctx: string | undefined,
): Promise<ServedOptions> {
  const made = ctx === undefined ? undefined : await loadDefault(ctx, terminal);
  const createContext = toCreateContext(made ?? options.createContext);
  const { server = {} } = options;
  const info = { name: manifest.name ?? 'app', version: manifest.version ?? '0.0.0', ...server };
  const auth = options.auth ?? (await grantAll(core, router, options));
  return {
    allowedHosts: true,
    onError: tellFailure(terminal),
    ...options,
    ...auth,
    server: info,
    createContext,
  };
}

function toCreateContext(made: unknown): (options: object) => unknown {
  if (typeof made === 'function') return made as (options: object) => unknown;
  return () => made ?? {};
}

/** The person at the command line runs the app's own code, so every scope that a tool needs is theirs. */
async function grantAll(
  { catalog }: LoadedModule['core'],
  router: AnyTRPCRouter,
  options: LoadedModule['options'],
): Promise<Pick<LoadedModule['options'], 'auth'>> {
  const { tools, resources, prompts } = await catalog
    .describeCatalog(router, options)
    .catch(() => ({ tools: [], resources: [], prompts: [] }));
  const scopes = [...new Set([...tools, ...resources, ...prompts].flatMap((each) => each.scopes))];
  if (scopes.length === 0) return {};
  return { auth: { authenticate: () => ({ token: 'command-line', clientId: 'trpc-mcp', scopes }) } };
}

/** Tells what the model does not read: the answer to a call holds only messages that the app wrote for its callers. */
function tellFailure(terminal: Terminal): NonNullable<LoadedModule['options']['onError']> {
  return ({ error, reference, path }) => {
    const isForCallers =
      error instanceof Error && error.name === 'TRPCError' && (error.cause === undefined || isOfInput(error));
    if (isForCallers && terminal.env['DEBUG'] === undefined) return;
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const where = path === undefined ? '' : ` in ${path}`;
    terminal.note(
      `The app failed${where}${reference === undefined ? '' : ` (reference ${reference})`}: ${reason}`,
    );
  };
}

/** Whether a validator refused the arguments. The caller reads why. */
function isOfInput({ cause, ...error }: { cause?: unknown; code?: unknown }): boolean {
  return error.code === 'BAD_REQUEST' && Array.isArray((cause as { issues?: unknown }).issues);
}

/** A router that cannot be served: every problem, each with what to change. */
export function toMountError({ name }: Pick<LoadedModule, 'name'>, error: unknown): unknown {
  const { problems } = error as { problems?: readonly { code: string; path: string; message: string }[] };
  if (!Array.isArray(problems)) return error;
  const lines = (problems as { code: string; path: string; message: string }[]).map(
    ({ code, path, message }) => `  ${path}: ${message} [${code}]`,
  );
  return new CliError(
    [
      `${name} cannot be served: ${lines.length} ${lines.length === 1 ? 'problem' : 'problems'}`,
      ...lines,
    ].join('\n'),
    {
      exitCode: exitCode.unavailable,
      fix: 'docs/setup-problems.md explains each code. Options of the app\'s handler, such as converters, belong into "options" of trpc-mcp.config.ts.',
      cause: error,
    },
  );
}
