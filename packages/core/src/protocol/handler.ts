import type { AnyTRPCRouter } from '@trpc/server';
import type { Outcome } from '../call/call.ts';
import { createReport } from '../call/failure.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { SetupError } from '../setup-error.ts';
import { errorReply, type Exchange, type Reply } from './exchange.ts';
import { readMessage, refuse } from './guard.ts';
import type { HandlerOptions, ServerInfo } from './options.ts';
import { createSdkLeg } from './sdk.ts';
import type { Serving } from './server.ts';

/** What every host's `mcpHandler` has besides its own shape. */
export interface HandlerControls {
  /** Resolves when lazy routers are loaded, and rejects with a `SetupError` when they brought problems. */
  ready: () => Promise<void>;
  /** Ends the calls that are under way. Call it before the server stops. */
  close: () => Promise<void>;
}

export interface Handler extends HandlerControls {
  /** Answers a request. Never rejects. */
  handle: (exchange: Exchange) => Promise<Reply>;
}

const internalError = -32_603;

const defaultServer: ServerInfo = { name: 'trpc-app', version: '0.0.0' };

/** Makes the handler behind every host's adapter. Throws a `SetupError` when the router cannot be served. */
export function createHandler(router: AnyTRPCRouter, options: HandlerOptions): Handler {
  const { server: info = defaultServer, maxBodyBytes = 4 * 1024 * 1024 } = options;
  const report = createReport(options.onError);
  const catalog = createCatalog(router, options);
  void catalog.problems.then((problems) => {
    for (const problem of problems) {
      const failure = {
        error: new SetupError([problem]),
        reference: crypto.randomUUID(),
        path: problem.path,
      };
      report(failure, { isMasked: true });
    }
  });
  const sdk = createSdkLeg({ router, info, report }, maxBodyBytes);
  const guard = {
    allowedHosts: options.allowedHosts,
    allowedOrigins: options.allowedOrigins,
    serverName: info.title ?? info.name,
  };

  const answer = async (exchange: Exchange): Promise<Reply> => {
    const refusal = refuse(exchange, guard);
    if (refusal) return refusal;
    const read = await readMessage(exchange, maxBodyBytes);
    if ('reply' in read) return read.reply;
    const serving: Serving = {
      exchange,
      catalog: catalog.current ?? (await catalog.whole),
      outcome: undefined,
    };
    const reply = await sdk.serve(serving, read.message);
    return options.return200ForErrors ? reply : withStatus(reply, serving.outcome);
  };

  return {
    async handle(exchange) {
      try {
        return await answer(exchange);
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        const reference = crypto.randomUUID();
        // A client that hung up while it was still sending is nobody's failure.
        if (!exchange.signal.aborted) report({ error, reference }, { isMasked: true });
        return errorReply(500, internalError, `Internal error (reference ${reference})`);
      }
    },
    async ready() {
      const problems = await catalog.problems;
      if (problems.length > 0) throw new SetupError(problems);
    },
    close: () => sdk.close(),
  };
}

/** An answer that streams has its status already, and a batch has no one call to speak for it. */
function withStatus(reply: Reply, outcome: Outcome | undefined): Reply {
  if (!outcome || outcome.status === 200 || typeof reply.body !== 'string' || reply.body.startsWith('['))
    return reply;
  const { status, challenge } = outcome;
  return {
    ...reply,
    status,
    headers: { ...reply.headers, ...(challenge && { 'www-authenticate': challenge }) },
  };
}
