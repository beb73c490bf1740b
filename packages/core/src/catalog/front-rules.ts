import type { StandInRules } from './as-tools.ts';
import type { Callable } from './callable.ts';
import type { CodeMode } from './code-mode.ts';
import type { SecurityScheme } from './hints.ts';

/** Decides whether the list of tools holds all of them, or those with which a model finds them. */
export interface DiscoveryRule {
  /** From so many tools on, they are searched for. */
  over: number;
  /** Set where they are called from code. */
  code?: CodeMode | undefined;
}

/** What decides about the list besides the tools. */
export interface FrontRules {
  discovery: DiscoveryRule | undefined;
  /** Whether each caller is listed only what it may call. */
  isPersonal: boolean;
  /** Whether only what changes nothing is served. */
  isReadOnly: boolean;
  /** How callers authenticate for what needs no scopes of its own. */
  schemes: readonly SecurityScheme[];
  /** What tools stand in for. */
  standIns: StandInRules;
  /** The most characters of a result. `undefined` for any number. */
  most: number | undefined;
}

/** Whether everybody who may use the endpoint may know of an item. */
export function isTold({ visible, guards }: Callable, { isPersonal }: FrontRules): boolean {
  return !visible && !(isPersonal && guards.middlewares.length > 0);
}
