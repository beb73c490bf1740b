import type { SignedInUser } from '../context.ts';

/** What a person can let a client do, in the words of the consent page. What they may do themselves is up to their role. */
export const scopes = {
  'backoffice:read': 'Read what you may read',
  'backoffice:write': 'Change what you may change: trials, plans, posts',
  'backoffice:admin': 'Close and reopen accounts',
} as const;

export type Scope = keyof typeof scopes;

export const allScopes = Object.keys(scopes) as Scope[];

/** What a client can be given by somebody in this role. */
export const scopesOf: Record<SignedInUser['role'], readonly Scope[]> = {
  viewer: ['backoffice:read'],
  support: ['backoffice:read', 'backoffice:write'],
  admin: ['backoffice:read', 'backoffice:write', 'backoffice:admin'],
  customer: ['backoffice:read', 'backoffice:write'],
};
