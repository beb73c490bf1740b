import type { ServerNotifier } from '@modelcontextprotocol/server';
import type { AnyTRPCRouter } from '@trpc/server';
import { createGate } from '../auth/gate.ts';
import { CredentialError } from '../auth/credential-error.ts';
import { createReport, reportThrown } from '../call/failure.ts';
import { createSpans } from '../call/span.ts';
import { createMemoryStore } from '../call/store.ts';
import { type CatalogSource, createCatalog } from '../catalog/catalog.ts';
import { HookTimeout } from '../hook.ts';
import { SetupError } from '../setup-error.ts';
import { checkOptions } from './check.ts';
import type { HandlerOptions, ServerInfo } from './options.ts';
import type { ServerParts } from './serving.ts';
import { createStateSeal } from './state.ts';

const defaultServer: ServerInfo = { name: 'trpc-app', version: '0.0.0' };

/**
 * Makes what a router is served with, over HTTP and over stdio. Calls `notify` when the catalog changes. Throws a
 * `SetupError` if the router cannot be served.
 */
export function createParts(
  router: AnyTRPCRouter,
  options: HandlerOptions,
  notify: ServerNotifier,
): { catalog: CatalogSource; parts: ServerParts } {
  const { server: info = defaultServer, hookTimeoutMs = 5000, auth } = options;
  const report = createReport(options.onError);
  const catalog = createCatalog(router, options, checkOptions(options), () => {
    notify.toolsChanged();
    notify.promptsChanged();
    notify.resourcesChanged();
  });
  void catalog.problems.then((problems) => {
    for (const problem of problems) reportThrown(report, new SetupError([problem]), { path: problem.path });
  });
  const gate = createGate(auth, hookTimeoutMs, (error) => {
    const isDown = error instanceof CredentialError && error.status === 503;
    const isForApp = isDown || error instanceof HookTimeout || error instanceof SetupError;
    reportThrown(report, error, {}, isForApp);
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
    // Shared caches may keep a list only if it does not depend on the caller.
    isPublic: !auth?.required && !auth?.authorize && !auth?.requiredScopes,
    listing: options.listing,
    rateLimit: options.rateLimit,
    store: options.store ?? createMemoryStore(),
    seal: createStateSeal(options.secret),
    spans: createSpans(),
  };
  return { catalog, parts };
}

/** Resolves when lazy routers are loaded. Rejects with a `SetupError` if they have problems. */
export async function whenReady(catalog: CatalogSource): Promise<void> {
  const problems = await catalog.problems;
  if (problems.length > 0) throw new SetupError(problems);
}
