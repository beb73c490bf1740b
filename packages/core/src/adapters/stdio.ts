import {
  InMemoryServerEventBus,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type Server,
} from '@modelcontextprotocol/server';
import { serveStdio as serveTransport } from '@modelcontextprotocol/server/stdio';
import type { AnyTRPCRouter } from '@trpc/server';
import type { TRPCRequestInfo } from '@trpc/server/http';
import { constants } from 'node:os';
import process from 'node:process';
import { stdioCredentialHint } from '../auth/credential-hint.ts';
import { withoutChallenges } from '../auth/without-challenges.ts';
import type { CallHost } from '../call/call.ts';
import type { McpAuthInfo } from '../meta.ts';
import { toRefusalOutcome } from '../call/outcome.ts';
import { type HandlerControls, noTasks } from '../protocol/handler.ts';
import { onlyCaller } from '../protocol/caller-of.ts';
import { notifyClient } from '../protocol/notify.ts';
import { defaultMaxBodyBytes, type HandlerArguments, type HandlerOptions } from '../protocol/options.ts';
import { createParts, createReady } from '../protocol/parts.ts';
import { createServer } from '../protocol/server.ts';
import type { Serving } from '../protocol/serving.ts';
import { checkListening, Subscriptions } from '../protocol/subscription.ts';
import { type StdioAuthOptions, toAuthOptions, toRefusal } from './stdio-auth.ts';
import { StdioListening } from './stdio-listening.ts';
import { StdioTransport } from './stdio-transport.ts';
import { claimStdout } from './stdout.ts';

export type { AuthenticateStdio, StdioAuthOptions } from './stdio-auth.ts';

/** What `createContext` is given over stdio, besides `mcp`. There is no request; credentials are in the environment. */
export interface StdioContextOptions {
  /** What tRPC's adapters give `createContext`: the path of the procedure, its input and the signal. */
  info: TRPCRequestInfo;
}

type HttpOption =
  | 'auth'
  | 'callerId'
  | 'return200ForErrors'
  | 'legacy'
  | 'sessions'
  | 'allowedHosts'
  | 'allowedOrigins'
  | 'cors'
  | 'card'
  | 'fastLane'
  | 'page';

/** Options of `serveStdio`: those of a handler, without those for HTTP. `maxBodyBytes` limits the size of one message. */
export interface StdioOptions<TRouter extends AnyTRPCRouter = AnyTRPCRouter> extends Omit<
  HandlerOptions<TRouter>,
  HttpOption
> {
  /** Who the caller is, read from the environment once, when the server starts. */
  auth?: StdioAuthOptions;
}

export interface StdioServer extends HandlerControls {
  /** Resolves when the client has gone and its calls are over. Then close what keeps the process alive, such as a database. */
  closed: Promise<void>;
}

/** Clients wait two seconds for the process to end. The calls and the app's own clean-up have to fit into that time. */
const callLimitMs = 1000;
const exitLimitMs = 500;

/**
 * Serves the tagged procedures of a tRPC router over MCP on standard input and output, to the client that started this
 * process. `createContext` gets `{ info, mcp }`. Everything else that is written to standard output goes to standard error.
 * The process ends when the client hangs up, and on SIGINT and SIGTERM. Calls under way have a second to finish before
 * they are aborted. Throws a `SetupError` that names every problem of the router.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio
 */
export function serveStdio<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  ...[options = {}]: HandlerArguments<TRouter, StdioContextOptions, StdioOptions<TRouter>>
): StdioServer {
  const { auth, maxBodyBytes = defaultMaxBodyBytes, ...others } = options;
  const bus = options.bus ?? new InMemoryServerEventBus();
  // Cast: the patterns of `expose` are typed by this router, and those of a handler's options by any.
  const handlerOptions = { ...others, ...(auth && { auth: toAuthOptions(auth) }) } as HandlerOptions;
  const made = createParts(router, handlerOptions, bus);
  const { catalog, notify } = made;
  const gate = withoutChallenges(made.parts.gate);
  const parts = { ...made.parts, gate, credentialHint: stdioCredentialHint };
  const exchange: CallHost = {
    url: null,
    header: () => undefined,
    createContext: (extras) => options.createContext?.(extras),
  };
  const stdout = claimStdout();
  // Cast: `authenticate` reads the environment and never calls this function.
  const admission = gate.authenticate(
    () => undefined as unknown as Request,
    () => undefined,
  );

  const open = async (): Promise<AnswerEarly> => {
    const admitted = await admission;
    await catalog.whole;
    return (request) => (admitted.kind === 'refusal' ? toRefusal(request, admitted) : undefined);
  };
  // The catalog may be another one for each request.
  const serve = (known: McpAuthInfo | undefined): Serving => ({
    exchange,
    catalog: catalog.current!,
    auth: known,
    caller: async () => onlyCaller,
    tasksOf: parts.tasks?.list,
    mayStream: true,
    renew: async () => serve(known),
  });
  // Who is refused does not get as far as this.
  const listening = new StdioListening(async (request) => {
    const admitted = await admission;
    return checkListening(parts, serve(admitted.kind === 'refusal' ? undefined : admitted.auth), request);
  });
  const transport = new StdioTransport({
    input: process.stdin,
    write: stdout.write,
    maxBytes: maxBodyBytes,
    opened: open(),
    listening,
    onEnd: () => void endProcess(),
  });
  let told: { server: Server; subscribed: Subscriptions | undefined } | undefined;
  const server = serveTransport(
    async ({ era }) => {
      const admitted = await admission;
      const isRefused = admitted.kind === 'refusal';
      const refused = isRefused ? toRefusalOutcome(admitted) : undefined;
      const known = isRefused ? undefined : admitted.auth;
      // The SDK itself knows what a client of 2026 listens for.
      const subscribed = era === 'legacy' ? new Subscriptions() : undefined;
      const conversation = createServer(parts, {
        era,
        catalog: await catalog.whole,
        // There is no HTTP status that an outcome could decide.
        servingOf: () => ({ serving: serve(known), made: refused, onOutcome: () => {} }),
        subscribed,
      });
      told = { server: conversation, subscribed };
      return conversation;
    },
    { transport },
  );
  const unsubscribe = bus.subscribe((event) => {
    if (told) void notifyClient(told.server, told.subscribed, event).catch(() => {});
  });

  let setClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (setClosed = resolve));
  let ending: Promise<void> | undefined;
  const end = () =>
    (ending ??= (async () => {
      await transport.drain(callLimitMs);
      await parts.tasks?.close();
      unsubscribe();
      await server.close();
      await transport.abandon();
      setClosed();
    })());

  const exit = () => process.exit();
  const endProcess = async () => {
    // Ends the process even if `end()` never resolves. `unref` lets the process end earlier by itself.
    setTimeout(exit, callLimitMs + exitLimitMs).unref();
    await end();
    setTimeout(exit, exitLimitMs).unref();
  };
  let isSignalled = false;
  const onSignal = (signal: NodeJS.Signals) => {
    // A second signal ends the process at once.
    if (isSignalled) process.exit(128 + constants.signals[signal]);
    isSignalled = true;
    void endProcess();
  };
  for (const signal of endSignals) process.on(signal, onSignal);

  return {
    closed,
    // Standard output carries the protocol alone.
    ready: createReady(catalog, parts, options.outputs, (line) => console.error(line)),
    notify,
    async runTask(job) {
      await catalog.whole;
      if (!parts.tasks) throw new TypeError(noTasks);
      await parts.tasks.run(job);
    },
    async close() {
      for (const signal of endSignals) process.off(signal, onSignal);
      await end();
      stdout.release();
    },
  };
}

const endSignals = ['SIGINT', 'SIGTERM'] as const;

type AnswerEarly = (request: JSONRPCRequest) => JSONRPCMessage | undefined;
