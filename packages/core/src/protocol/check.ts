import { checkAuth } from '../auth/gate.ts';
import { checkSkills } from '../catalog/skills/skill-files.ts';
import type { SetupProblem } from '../setup-error.ts';
import { checkCard } from './card/card-check.ts';
import { checkCors } from './cors.ts';
import { checkHosts } from './guard.ts';
import { checkOptionKeys } from './option-keys.ts';
import type { HandlerOptions } from './options.ts';

/** Returns the problems of the options that do not depend on the router. */
export function checkOptions(options: HandlerOptions): SetupProblem[] {
  return [
    ...checkOptionKeys(options),
    ...checkCreateContext(options),
    ...checkLimits(options),
    ...checkHosts(options),
    ...checkCors(options.cors),
    ...checkAuth(options.auth),
    ...checkCard(options),
    ...checkBypass(options),
    ...checkSecret(options),
    ...checkSkills(options.skills ?? {}),
  ];
}

/** Finds a `createContext` that is given and cannot be called, as an import that does not exist is in JavaScript. */
function checkCreateContext(options: HandlerOptions & { createContext?: unknown }): SetupProblem[] {
  if (!Object.hasOwn(options, 'createContext') || typeof options.createContext === 'function') return [];
  const given = options.createContext === null ? 'null' : `of the type ${typeof options.createContext}`;
  const message = `it has to be a function, and it is ${given}; pass the createContext of tRPC’s own adapter, or leave it out if the procedures need no context`;
  return [{ code: 'CONTEXT_MISSING', path: 'createContext', message }];
}

/** An app without types may leave out what the types require. A limit without a window would refuse every call, or none. */
function checkLimits(options: HandlerOptions): SetupProblem[] {
  const { rateLimit, sessions, budget, files, tasks, hookTimeoutMs, timeoutMs, maxBodyBytes } = options;
  const needed: Record<string, unknown> = {
    ...(rateLimit && {
      'rateLimit.points': rateLimit.points,
      'rateLimit.durationMs': rateLimit.durationMs,
    }),
    ...(tasks?.perCaller !== undefined && { 'tasks.perCaller': tasks.perCaller }),
  };
  const optional: Record<string, unknown> = {
    'sessions.max': sessions?.max,
    'sessions.idleMs': sessions?.idleMs,
    'sessions.keptBytes': sessions?.keptBytes,
    'sessions.retryMs': sessions?.retryMs,
    'sessions.connectionMs': sessions?.connectionMs,
    'files.linkOver': files?.linkOver,
    'budget.listTokens': budget?.listTokens,
    hookTimeoutMs,
    timeoutMs,
    maxBodyBytes,
  };
  const problem = (path: string, limit: unknown, bound: string): SetupProblem => {
    const given =
      limit === undefined
        ? 'missing'
        : typeof limit === 'number' || limit === null
          ? String(limit)
          : `of the type ${typeof limit}`;
    return { code: 'LIMIT_INVALID', path, message: `it is ${given}; it has to be a number ${bound}` };
  };
  return [
    ...Object.entries(needed)
      .filter(([, limit]) => typeof limit !== 'number' || !(limit > 0))
      .map(([path, limit]) => problem(path, limit, 'of more than 0')),
    ...Object.entries(optional)
      .filter(([, limit]) => limit !== undefined && (typeof limit !== 'number' || !(limit >= 0)))
      .map(([path, limit]) => problem(path, limit, 'of 0 or more')),
  ];
}

/** Machines that share a store or a bus must be able to verify what another one has signed. */
function checkSecret({ secret, store, bus }: HandlerOptions): SetupProblem[] {
  if (secret === undefined) {
    if (!store && !bus) return [];
    const message = `${store ? 'store' : 'bus'} is for more than one machine, and they need one secret; set it to 32 random bytes or more, the same on all of them`;
    return [{ code: 'SECRET_MISSING', path: 'secret', message }];
  }
  if (new TextEncoder().encode(secret).byteLength >= 32) return [];
  return [{ code: 'SECRET_SHORT', path: 'secret', message: 'it must have at least 32 bytes' }];
}

/** A bypass without `auth` would let everybody in. */
function checkBypass({ bypass = {}, auth }: HandlerOptions): SetupProblem[] {
  const isUsed = bypass.authentication || bypass.permissions;
  if (!isUsed || auth?.required || auth?.authorize) return [];
  const message =
    'it skips middleware, and nothing else asks who is calling; set auth.required or auth.authorize';
  return [{ code: 'BYPASS_WITHOUT_AUTH', path: 'bypass', message }];
}
