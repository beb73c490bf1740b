import { type Command, InvalidArgumentError, Option } from 'commander';
import process from 'node:process';
import { CliError } from '../cli-error.ts';
import { findApp } from '../serve/app.ts';
import { runChild } from '../serve/child.ts';
import { defaultPort, listenOnLoopback, mcpPath, openHttpApp } from '../serve/http.ts';
import { Proxy } from '../serve/proxy.ts';
import { serveStdio } from '../serve/stdio.ts';
import { startReloading } from '../serve/watch.ts';
import type { Terminal } from '../terminal.ts';

interface ServeOptions {
  ctx?: string;
  cwd?: string;
  http?: number | true;
  watch?: boolean;
  child?: boolean;
  json?: boolean;
}

export function addServe(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description('Serve a module to MCP clients: on standard input and output, or by HTTP on this machine.')
    .argument('[module]', 'the module that exports the router, such as src/router.ts#appRouter')
    .option('--ctx <file>', 'the module whose default export is the context, or makes it')
    .option('--cwd <folder>', "the folder to run in; by default that of the module's package.json")
    .addOption(
      new Option(
        '--http [port]',
        `serve by HTTP on this machine, on port ${defaultPort} by default`,
      ).argParser(toPort),
    )
    .option('--watch', 'with --http, load the app again when its code changes (the default)')
    .option('--no-watch', 'with --http, load the app once')
    .option('--json', 'with --http, print the URL as JSON')
    .addOption(new Option('--child').hideHelp())
    .addHelpText('after', helpText)
    .action(async (spec: string | undefined, options: ServeOptions) => {
      if (options.child) return runChild(spec, options, terminal);
      if (options.http === undefined) {
        if (options.watch !== undefined && !isDefaultWatch(options)) {
          throw new CliError('--watch is for --http.', {
            fix: 'A client that started a command keeps it until it ends; add --http.',
          });
        }
        return serveStdio(spec, options, terminal);
      }
      return serveHttp(spec, options, terminal);
    });
}

const helpText = `
On standard input and output, everything that the app prints goes to standard error. The app runs in the folder of its
package.json and reads the .env files there, wherever the client was started.

Examples:
  trpc-mcp serve src/router.ts#appRouter
  trpc-mcp serve src/router.ts --ctx src/mcp-context.ts
  trpc-mcp serve src/router.ts --http
  trpc-mcp serve src/router.ts --http 8080 --no-watch`;

async function serveHttp(spec: string | undefined, options: ServeOptions, terminal: Terminal): Promise<void> {
  const { ctx, cwd } = options;
  const port = options.http === true ? undefined : options.http;
  const place = await findApp(spec, options, terminal);
  const ended = untilSignal();
  const tell = (used: number, note: string) => {
    const url = `http://localhost:${used}${mcpPath}`;
    if (options.json) terminal.printJson({ url });
    else terminal.print(url);
    terminal.note(note);
  };
  if (options.watch === false) {
    const app = await openHttpApp(place, options, terminal);
    const server = await listenOnLoopback(app.listener, port, terminal);
    tell(server.port, 'Ctrl-C ends it.');
    await ended;
    await app.close();
    return server.close();
  }
  const proxy = new Proxy();
  const server = await listenOnLoopback(proxy.listener, port, terminal);
  const args = [
    ...(spec === undefined ? [] : [spec]),
    ...(ctx === undefined ? [] : ['--ctx', ctx]),
    ...(cwd === undefined ? [] : ['--cwd', cwd]),
  ];
  const reloading = startReloading(place, args, proxy, terminal);
  await Promise.race([reloading.started, ended]);
  tell(server.port, `It is loaded again when code in ${place.root} changes. Ctrl-C ends it.`);
  await ended;
  await reloading.close();
  await server.close();
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

function toPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

// Commander sets `watch` to true where only its opposite was declared as well.
const isDefaultWatch = ({ watch }: ServeOptions): boolean =>
  watch === true && !process.argv.includes('--watch');
