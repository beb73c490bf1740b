import type { ServerNotifier } from '@modelcontextprotocol/server';
import type { AnyTRPCRouter } from '@trpc/server';
import { createGate } from '../auth/gate.ts';
import { HookTimeout } from '../hook.ts';
import { CredentialError } from '../auth/credential-error.ts';
import { createReport } from '../call/failure.ts';
import { createSpans } from '../call/span.ts';
import { createMemoryStore } from '../call/store.ts';
import { type CatalogSource, createCatalog } from '../catalog/catalog.ts';
import { SetupError } from '../setup-error.ts';
import { checkOptions } from './check.ts';
import type { HandlerOptions, ServerInfo } from './options.ts';
import type { ServerParts } from './server.ts';
import { createStateSeal } from './state.ts';

const defaultServer: ServerInfo = { name: 'trpc-app', version: '0.0.0' };

/**
 * What a router is served with, over HTTP and over stdio. `notifier` hears when tools have come or gone. Throws a
 * `SetupError` when the router cannot be served.
 */
export function createParts(
  router: AnyTRPCRouter,
  options: HandlerOptions,
  notifier: () => ServerNotifier,
): { catalog: CatalogSource; parts: ServerParts } {
  const { server: info = defaultServer, hookTimeoutMs = 5000, auth } = options;
  const report = createReport(options.onError);
  const catalog = createCatalog(router, options, checkOptions(options), () => {
    const notify = notifier();
    notify.toolsChanged();
    notify.promptsChanged();
    notify.resourcesChanged();
  });
  void catalog.problems.then((problems) => {
    for (const problem of problems) {
      const failure = {
        error: new SetupError([problem]),
        reference: crypto.randomUUID(),
        path: problem.path,
      };
      report(failure, { isForApp: true });
    }
  });
  const gate = createGate(auth, hookTimeoutMs, (error) => {
    const failure = { error, reference: crypto.randomUUID() };
    const isDown = error instanceof CredentialError && error.status === 503;
    report(failure, { isForApp: isDown || error instanceof HookTimeout || error instanceof SetupError });
  });
  const parts: ServerParts = {
    router,
    gate,
    bypass: options.bypass,
    hookTimeoutMs,
    timeoutMs: options.timeoutMs,
    exposeInternalErrors: options.exposeInternalErrors ?? false,
    report,
    info,
    // Only what does not depend on who asks may be kept for somebody else.
    isPublic: !auth?.required && !auth?.authorize && !auth?.requiredScopes,
    listing: options.listing,
    rateLimit: options.rateLimit,
    store: options.store ?? createMemoryStore(),
    seal: createStateSeal(options.secret),
    spans: createSpans(),
  };
  return { catalog, parts };
}

/** Resolves when lazy routers are loaded, and rejects with a `SetupError` when they brought problems. */
export async function whenReady(catalog: CatalogSource): Promise<void> {
  const problems = await catalog.problems;
  if (problems.length > 0) throw new SetupError(problems);
}
