import { checkAuth } from '../auth/gate.ts';
import type { SetupProblem } from '../setup-error.ts';
import { checkHosts } from './guard.ts';
import type { HandlerOptions } from './options.ts';

/** What is wrong with the options by themselves, whatever the router holds. */
export function checkOptions(options: HandlerOptions): SetupProblem[] {
  return [...checkHosts(options), ...checkAuth(options.auth), ...checkBypass(options)];
}

/** A bypass without a gate before it opens the app. */
function checkBypass({ bypass = {}, auth }: HandlerOptions): SetupProblem[] {
  const isUsed = bypass.authentication || bypass.permissions;
  if (!isUsed || auth?.required || auth?.authorize) return [];
  const message =
    'it skips middleware, and nothing else asks who is calling; set auth.required or auth.authorize';
  return [{ code: 'BYPASS_WITHOUT_AUTH', path: 'bypass', message }];
}
