import { checkAuth } from '../auth/gate.ts';
import type { SetupProblem } from '../setup-error.ts';
import { checkCors } from './cors.ts';
import { checkHosts } from './guard.ts';
import type { HandlerOptions } from './options.ts';

/** Returns the problems of the options that do not depend on the router. */
export function checkOptions(options: HandlerOptions): SetupProblem[] {
  return [
    ...checkHosts(options),
    ...checkCors(options.cors),
    ...checkAuth(options.auth),
    ...checkBypass(options),
    ...checkSecret(options),
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
