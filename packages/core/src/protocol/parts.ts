import type { ServerEventBus, ServerNotifier } from '@modelcontextprotocol/server';
import type { AnyTRPCRouter } from '@trpc/server';
import { CredentialError } from '../auth/credential-error.ts';
import { toCredentialHint } from '../auth/credential-hint.ts';
import { createGate } from '../auth/gate.ts';
import { createReport, reportThrown } from '../call/failure.ts';
import { createMemoryStore } from '../call/memory-store.ts';
import { createIdempotencyKeys } from '../call/once.ts';
import type { OnCall } from '../call/on-call.ts';
import { createHandles } from '../call/portion/handle.ts';
import { createSpans } from '../call/span.ts';
import { createToolNames } from '../call/tool-names.ts';
import { type CatalogSource, createCatalog, listedIn } from '../catalog/catalog.ts';
import type { OutputSchemas } from '../catalog/output-schemas.ts';
import { describeSize, sizeOf } from '../catalog/size.ts';
import { askOnce } from '../catalog/tag.ts';
import { isDevelopment } from '../development.ts';
import { HookTimeout } from '../hook.ts';
import { isTaught } from '../schema/codec.ts';
import { SetupError, type SetupProblem } from '../setup-error.ts';
import { checkOptions } from './check.ts';
import { checkAsking, warnIfEmpty } from './first-look.ts';
import { isCodeMode } from '../catalog/code-mode.ts';
import { createJournals } from './code/journal.ts';
import { createMismatchReport } from './mismatch-report.ts';
import { createNotifier } from './notify.ts';
import { checkOptionKeys } from './option-keys.ts';
import { checkOptionValues } from './option-values.ts';
import type { HandlerOptions, ServerInfo } from './options.ts';
import { findRouterProblem } from './router-check.ts';
import type { ServerParts } from './serving.ts';
import { findStale } from './stale-outputs.ts';
import { createStateSeal } from './state.ts';
import { checkTasks } from './tasks/host.ts';
import { createTasks } from './tasks/tasks.ts';

const defaultServer: ServerInfo = { name: 'trpc-app', version: '0.0.0' };

/**
 * Makes what a router is served with, over HTTP and over stdio. Tells of changes of the catalog on the bus. Throws a
 * `SetupError` if the router cannot be served.
 */
export function createParts(
  router: AnyTRPCRouter,
  options: HandlerOptions,
  bus: ServerEventBus,
): { catalog: CatalogSource; parts: ServerParts; notify: ServerNotifier } {
  const notify = createNotifier(bus);
  const { server: info = defaultServer, hookTimeoutMs = 5000, auth } = options;
  const report = createReport(options.onError);
  const wrongValues = checkOptionValues(options);
  const problems =
    wrongValues.length > 0 ? [...checkOptionKeys(options), ...wrongValues] : checkOptions(options);
  const routerProblem = findRouterProblem(router);
  // Nothing of a value of another kind can be read.
  if (routerProblem) throw new SetupError([routerProblem, ...problems]);
  if (wrongValues.length > 0) throw new SetupError(problems);
  const tag = options.tag && askOnce(options.tag);
  const skills = problems.some(({ code }) => code === 'SKILL_INVALID') ? undefined : options.skills;
  const asking = { ...options, tag, skills, tellMismatch: createMismatchReport(options.outputs, report) };
  problems.push(...checkAsking(router, asking), ...checkTasks(router, { ...options, tag }));
  const tell = (problem: SetupProblem) =>
    void reportThrown(report, new SetupError([problem]), { path: problem.path });
  const onChange = () => {
    notify.toolsChanged();
    notify.promptsChanged();
    notify.resourcesChanged();
  };
  const catalog = createCatalog(router, asking, problems, onChange, tell);
  warnIfEmpty(router, catalog, tag);
  for (const told of [catalog.problems, catalog.leftOut, catalog.refused])
    void told.then((found) => found.forEach(tell));
  const gate = createGate(auth, hookTimeoutMs, (error) => {
    const isDown = error instanceof CredentialError && error.status === 503;
    const isForApp = isDown || error instanceof HookTimeout || error instanceof SetupError;
    reportThrown(report, error, {}, isForApp);
  });
  const store = options.store ?? createMemoryStore();
  // What leaves this process is encrypted.
  const keys = createIdempotencyKeys(store, options.store && options.secret, report);
  const parts: ServerParts = {
    router,
    gate,
    onCall: toHooks(options.onCall),
    bypass: options.bypass,
    hookTimeoutMs,
    timeoutMs: options.timeoutMs,
    exposeInternalErrors: options.exposeInternalErrors ?? false,
    toError: options.toError,
    errorFormatter: options.errorFormatter,
    report,
    info,
    isInspectable: options.page !== undefined,
    // Shared caches may keep a list only if it does not depend on the caller.
    isPublic: !auth?.required && !auth?.authorize && !auth?.requiredScopes,
    listing: options.listing,
    find: typeof options.discovery === 'object' ? options.discovery.find : undefined,
    rateLimit: options.rateLimit,
    store,
    keys,
    handles: createHandles(options.secret),
    seal: createStateSeal(options.secret),
    spans: createSpans(),
    tasks: undefined,
    journals: isCodeMode(options.discovery)
      ? createJournals(store, options.store && options.secret)
      : undefined,
    credentialHint: toCredentialHint(auth !== undefined, auth?.challenge),
    sayToolNames: createToolNames(router, () => catalog.current),
    classes: (options.codecs ?? []).filter((codec) => isTaught(codec)).filter((codec) => codec.class),
  };
  // A procedure of a lazy router, which nobody knows yet, may have tasks too.
  if (catalog.current?.hasTasks !== false) parts.tasks = createTasks(parts, catalog, options, bus);
  return { catalog, parts, notify };
}

function toHooks(onCall: HandlerOptions['onCall']): ServerParts['onCall'] {
  const hooks = [onCall ?? []].flat();
  return hooks.length > 0 ? (hooks as readonly OnCall[]) : undefined;
}

/**
 * Makes `ready`. It resolves when lazy routers are loaded, and rejects with a `SetupError` if they have problems. In
 * development it prints, once, how large the list of tools is, what is left out of it, and what popular clients lose of it.
 */
export function createReady(
  catalog: CatalogSource,
  { info, router }: Pick<ServerParts, 'info' | 'router'>,
  outputs: OutputSchemas | undefined,
  print: (line: string) => void = (line) => console.info(line),
): () => Promise<void> {
  let isTold = !isDevelopment();
  return async () => {
    const problems = await catalog.problems;
    if (problems.length > 0) throw new SetupError(problems);
    const whole = await catalog.whole;
    if (isTold) return;
    isTold = true;
    const tools = [...whole.tools.values()];
    const size = describeSize(sizeOf(listedIn(whole)));
    const way = whole.front?.code ? 'from code' : 'by search';
    print(whole.front ? `MCP serves ${tools.length} tools ${way}: ${size}` : `MCP serves ${size}`);
    for (const note of [...tools.flatMap(({ notes }) => notes), ...findStale(outputs, tools, router)])
      print(note);
    // What clients take is a large table, which only the developer needs.
    const { describeFindings } = await import('./client-report.ts');
    for (const line of describeFindings(listedIn(whole), info)) print(line);
  };
}
