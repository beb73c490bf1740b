import { Server } from 'node:net';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';
import type { FoundModule } from './found.ts';

const mostMs = 30_000;

/**
 * Runs the import of an app's module, and says in words what goes wrong: a module that starts a server, ends the process, wants
 * a database or a variable of the environment, waits for ever, or has a fault.
 */
export async function guardImport<T>(
  { name }: FoundModule,
  terminal: Terminal,
  load: () => Promise<T>,
): Promise<T> {
  const listening: string[] = [];
  const restore = [refuseListening(listening), refuseExit(name)];
  tellOfBackground(terminal);
  try {
    const loaded = await Promise.race([load(), giveUp(name)]);
    // What starts a server usually does so at once, or after one wait.
    await delay(0);
    if (listening.length > 0)
      throw new CliError(`${name} starts a server when it is imported (${listening[0]})`, {
        exitCode: exitCode.unavailable,
        fix: 'Export the router from a module that starts nothing, and import it in the one that starts the server. Then name the module of the router here.',
      });
    return loaded;
  } catch (error) {
    throw error instanceof CliError ? error : toImportError(name, error);
  } finally {
    for (const each of restore) each();
  }
}

/** Servers of an app do not start while its router is only read. */
function refuseListening(told: string[]): () => void {
  const original = Object.getOwnPropertyDescriptor(Server.prototype, 'listen')!;
  Server.prototype.listen = function refused(this: Server, ...args: unknown[]) {
    const [first] = args;
    const where =
      typeof first === 'object' && first !== null
        ? ((first as { port?: unknown; path?: unknown }).port ?? (first as { path?: unknown }).path)
        : first;
    told.push(
      typeof where === 'number' || typeof where === 'string'
        ? `it listens on ${where}`
        : 'it listens on a port',
    );
    return this;
  };
  return () => {
    Object.defineProperty(Server.prototype, 'listen', original);
  };
}

function refuseExit(name: string): () => void {
  const original = Object.getOwnPropertyDescriptor(process, 'exit')!;
  process.exit = (code) => {
    throw new CliError(`${name} ends the process when it is imported (process.exit(${code ?? ''}))`, {
      exitCode: exitCode.unavailable,
      fix: 'Usually a variable of the environment is missing: what it printed above says which. Set it, for example in .env, or export the router from a module that does not check this.',
    });
  };
  return () => {
    Object.defineProperty(process, 'exit', original);
  };
}

let isTold = false;

/** What fails in the background, such as a connection that nobody waits for, does not end the command. */
function tellOfBackground(terminal: Terminal): void {
  if (isTold) return;
  isTold = true;
  const tell = (error: unknown): void =>
    terminal.note(`The app failed in the background: ${firstLine(error)}`);
  process.on('unhandledRejection', tell);
  process.on('uncaughtException', tell);
}

async function giveUp(name: string): Promise<never> {
  await delay(mostMs, undefined, { ref: false });
  throw new CliError(`${name} was not loaded after ${mostMs / 1000} seconds`, {
    exitCode: exitCode.unavailable,
    fix: 'It waits for something at its top level, such as a database. Connect at the first query instead, or export the router from a module that does not wait.',
  });
}

const connectionCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'ECONNRESET',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  '28P01',
  '3D000',
]);

function toImportError(name: string, error: unknown): CliError {
  const reason = firstLine(error);
  const common = { exitCode: exitCode.unavailable, cause: error };
  const { code, path } = innermost(error) as { code?: string; path?: string };
  if (typeof code === 'string' && connectionCodes.has(code))
    return new CliError(`${name} connects to something when it is imported, and that failed: ${reason}`, {
      ...common,
      fix: 'Start it, or set the address that .env lacks. Better: connect at the first query, so that the router can be read without a database.',
    });
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
    return new CliError(`${name} imports something that is not there: ${reason}`, {
      ...common,
      fix: 'Install the packages of the app. For an alias such as "@/db", check "paths" in its tsconfig.json.',
    });
  // What `server-only` throws outside of React's server.
  if (reason.includes('Client Component'))
    return new CliError(`${name} imports "server-only", which throws outside of Next.js`, {
      ...common,
      fix: 'Run the command with NODE_OPTIONS=--conditions=react-server, with which that package does nothing.',
    });
  if (
    error instanceof SyntaxError ||
    (error as Error | undefined)?.name === 'TransformError' ||
    path !== undefined
  )
    return new CliError(`${name} could not be read: ${reason}`, {
      ...common,
      fix: 'Correct the file; your compiler says more.',
    });
  if (
    /\benv|variable|DATABASE_URL|\bsecret\b/i.test(reason) ||
    (error as Error | undefined)?.name === 'ZodError'
  )
    return new CliError(`${name} wants an environment that is not there: ${reason}`, {
      ...common,
      fix: 'Set the variable, for example in .env beside package.json, which this command reads.',
    });
  return new CliError(`${name} threw when it was imported: ${reason}${placeOf(error)}`, {
    ...common,
    fix: 'Correct it, or export the router from a module that does less when it is imported.',
  });
}

/** The error that caused the others. Node gives one for each address that it tried. */
function innermost(error: unknown): object {
  let at = error as { cause?: unknown; errors?: unknown[] } | null | undefined;
  for (let depth = 0; depth < 10; depth++) {
    const inner = (at?.errors?.[0] ?? at?.cause) as typeof at;
    if (typeof inner !== 'object' || inner === null) break;
    at = inner;
  }
  return typeof at === 'object' && at !== null ? at : {};
}

function firstLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = innermost(error) as Partial<Error>;
  const message = error.message.trim() === '' ? (inner.message ?? '') : error.message;
  return message.trim().split('\n')[0] || error.name;
}

/** The first line of the stack that is the app's own. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const line = stack.split('\n').find((each) => /^\s+at /.test(each) && !/node_modules|node:/.test(each));
  const place = line && /\(?((?:file:\/\/)?[^()\s]+:\d+):\d+\)?$/.exec(line)?.[1];
  return place ? ` (at ${place.replace('file://', '')})` : '';
}
