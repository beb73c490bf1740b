import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { CliError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';
import { type AppSettings, findApp } from './app.ts';
import { openHttpApp } from './http.ts';

/** What a process that serves one version of an app tells the one that started it. */
export type FromChild =
  { type: 'ready'; port: number } | { type: 'failed'; message: string; fix: string | undefined };

/** What it is told: that the next version is there, so that listeners have to be told. */
export type ToChild = { type: 'replaced' };

/** Serves one version of an app, on a port of its own, for the process that started this one. */
export async function runChild(
  spec: string | undefined,
  settings: AppSettings,
  terminal: Terminal,
): Promise<void> {
  const tell = (message: FromChild) =>
    new Promise<void>((resolve) => process.send!(message, () => resolve()));
  // Without the process that it belongs to, nobody reaches it.
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C reaches every process of the terminal; the one that started this one decides.
  process.on('SIGINT', () => undefined);
  let app: Awaited<ReturnType<typeof openHttpApp>>;
  try {
    app = await openHttpApp(await findApp(spec, settings, terminal), settings, terminal);
  } catch (error) {
    const { message } = error as Error;
    await tell({ type: 'failed', message, fix: error instanceof CliError ? error.fix : undefined });
    process.exit(1);
  }
  const server = createServer(app.listener);
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await tell({ type: 'ready', port: (server.address() as AddressInfo).port });
  await new Promise<void>((resolve) => {
    process.on('message', (message: ToChild) => {
      if (message.type !== 'replaced') return;
      app.tellChanged();
      resolve();
    });
    process.on('SIGTERM', resolve);
  });
  // Calls that run may end; streams that stay open would never.
  server.close();
  setTimeout(() => process.exit(0), drainMs);
  await new Promise((resolve) => setTimeout(resolve, drainMs / 4));
  await app.close();
  server.closeAllConnections();
  process.exit(0);
}

const drainMs = 4000;
