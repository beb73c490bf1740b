import { checkAuth } from '../auth/gate.ts';
import type { SetupProblem } from '../setup-error.ts';
import { checkCors } from './cors.ts';
import { checkHosts } from './guard.ts';
import type { HandlerOptions } from './options.ts';

/** What is wrong with the options by themselves, whatever the router holds. */
export function checkOptions(options: HandlerOptions): SetupProblem[] {
  return [
    ...checkHosts(options),
    ...checkCors(options.cors),
    ...checkAuth(options.auth),
    ...checkBypass(options),
    ...checkSecret(options),
  ];
}

/** What is signed here, another machine has to be able to read. */
function checkSecret({ secret, store, bus }: HandlerOptions): SetupProblem[] {
  if (secret === undefined) {
    if (!store && !bus) return [];
    const message = `${store ? 'store' : 'bus'} is for more than one machine, and they need one secret; set it to 32 random bytes or more, the same on all of them`;
    return [{ code: 'SECRET_MISSING', path: 'secret', message }];
  }
  if (new TextEncoder().encode(secret).byteLength >= 32) return [];
  return [{ code: 'SECRET_SHORT', path: 'secret', message: 'it has to have 32 bytes or more' }];
}

/** A bypass without a gate before it opens the app. */
function checkBypass({ bypass = {}, auth }: HandlerOptions): SetupProblem[] {
  const isUsed = bypass.authentication || bypass.permissions;
  if (!isUsed || auth?.required || auth?.authorize) return [];
  const message =
    'it skips middleware, and nothing else asks who is calling; set auth.required or auth.authorize';
  return [{ code: 'BYPASS_WITHOUT_AUTH', path: 'bypass', message }];
}
