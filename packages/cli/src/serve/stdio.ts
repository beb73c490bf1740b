import type * as Stdio from '@trpc-mcp/core/stdio';
import process from 'node:process';
import { exitCode } from '../exit-code.ts';
import { CliError } from '../cli-error.ts';
import { toMountError } from '../target/mounted.ts';
import type { Terminal } from '../terminal.ts';
import { type AppSettings, findApp, openApp, type ServedApp } from './app.ts';

/**
 * Serves an app on standard input and output, until the client leaves. Whatever the app writes to standard output goes to
 * standard error, from its import on.
 */
export async function serveStdio(
  spec: string | undefined,
  settings: AppSettings,
  terminal: Terminal,
): Promise<void> {
  if (process.stdin.isTTY) {
    terminal.note(
      'This is for MCP clients, which write to standard input. To try it in a browser or with curl, add --http.',
    );
  }
  // What the client writes while the app loads waits in the pipe.
  const release = divertStdout();
  let app: ServedApp;
  let server: Awaited<ReturnType<typeof mount>>;
  try {
    app = await openApp(await findApp(spec, settings, terminal), settings, terminal);
    const { serveStdio: serve } = await app.module.core.stdio();
    release();
    server = await mount(app, serve);
  } catch (error) {
    throw error instanceof CliError
      ? error
      : new CliError((error as Error).message, {
          exitCode: exitCode.unavailable,
          cause: error,
          fix: 'Correct the app; its compiler says more.',
        });
  } finally {
    release();
  }
  // The app's pools and timers do not keep the process alive: the command ends it when this resolves.
  await server.closed;
}

async function mount(
  { module, options }: ServedApp,
  serve: typeof Stdio.serveStdio,
): Promise<ReturnType<typeof serve>> {
  // These are about HTTP. A challenge is answered with a token, which nobody can send here.
  const {
    allowedHosts: _,
    allowedOrigins: _o,
    cors: _c,
    callerId: _i,
    legacy: _l,
    sessions: _s,
    fastLane: _f,
    return200ForErrors: _r,
    auth,
    ...others
  } = options;
  const isForHttp = auth !== undefined && ('challenge' in auth || 'metadata' in auth);
  const served = { ...others, ...(auth !== undefined && !isForHttp && { auth }) };
  try {
    // Cast: the options of a configuration are those of any router.
    const server = serve(module.router, served as never);
    await server.ready();
    return server;
  } catch (error) {
    throw toMountError(module, error);
  }
}

/** Sends what is written to standard output to standard error, until the function that it returns is called. */
function divertStdout(): () => void {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = ((...args: Parameters<typeof stderr.write>) => stderr.write(...args)) as typeof stdout.write;
  let isDiverted = true;
  return () => {
    // Once only: core diverts it in its own way afterwards.
    if (isDiverted) stdout.write = write;
    isDiverted = false;
  };
}
