import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import { toMountError } from '../target/mounted.ts';
import type { Terminal } from '../terminal.ts';
import { type AppPlace, type AppSettings, openApp } from './app.ts';

export const defaultPort = 3333;
export const mcpPath = '/mcp';

/** An app that is served by HTTP, in this process. */
export interface HttpApp {
  listener: RequestListener;
  /** Tells clients that listen that everything may be different now. */
  tellChanged: () => void;
  close: () => Promise<void>;
}

export async function openHttpApp(
  place: AppPlace,
  settings: AppSettings,
  terminal: Terminal,
): Promise<HttpApp> {
  const { module, options } = await openApp(place, settings, terminal);
  const { mcpHandler } = await module.core.node();
  // The options that a command uses in its own process allow any host; here only names of this machine are meant.
  const { allowedHosts: _, ...others } = options;
  const { allowedHosts } = module.options;
  let handler: ReturnType<typeof mcpHandler>;
  try {
    // Cast: the options of a configuration are those of any router.
    handler = mcpHandler(module.router, {
      ...others,
      ...(allowedHosts !== undefined && { allowedHosts }),
    } as never);
    await handler.ready();
  } catch (error) {
    throw toMountError(module, error);
  }
  return {
    listener(req, res) {
      const path = (req.url ?? '/').split('?')[0]!;
      if (path === mcpPath || path.startsWith(`${mcpPath}/`)) {
        void handler(req, res);
        return;
      }
      res
        .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
        .end(`The MCP endpoint is at ${mcpPath}.\n`);
    },
    tellChanged() {
      handler.notify.toolsChanged();
      handler.notify.resourcesChanged();
      handler.notify.promptsChanged();
    },
    close: () => handler.close(),
  };
}

/** Listens on the loopback addresses. A port that was not asked for gives way to the next one that is free. */
export async function listenOnLoopback(
  listener: RequestListener,
  port: number | undefined,
  terminal: Terminal,
): Promise<{ port: number; close: () => Promise<void> }> {
  const first = port ?? defaultPort;
  for (let tried = first; ; tried += 1) {
    const servers = await tryListen(listener, tried);
    if (servers) {
      if (tried !== first) terminal.note(`Port ${first} is taken; ${tried} is used instead.`);
      const { port: used } = servers[0]!.address() as AddressInfo;
      return { port: used, close: () => closeAll(servers) };
    }
    if (port !== undefined || tried >= first + 20) {
      throw new CliError(`Port ${tried} is taken by another program.`, {
        exitCode: exitCode.unavailable,
        fix: `End that program, or choose another port: --http ${tried + 1}`,
      });
    }
  }
}

/** Listens on both families, because "localhost" may be either. Returns `undefined` if the port is taken on one of them. */
async function tryListen(listener: RequestListener, port: number): Promise<Server[] | undefined> {
  const servers: Server[] = [];
  let actual = port;
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer(listener);
    // A call, or a stream of events, may take as long as it needs.
    server.requestTimeout = 0;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(actual, host, resolve);
      });
      actual = (server.address() as AddressInfo).port;
      servers.push(server);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A machine may have only one of the families.
      if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') continue;
      await closeAll(servers);
      if (code === 'EADDRINUSE') return undefined;
      if (code === 'EACCES') {
        throw new CliError(`Port ${port} needs more rights than this process has.`, {
          exitCode: exitCode.unavailable,
          fix: `Choose a port from 1024 on: --http ${defaultPort}`,
        });
      }
      throw error;
    }
  }
  return servers.length > 0 ? servers : undefined;
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    ),
  );
}
