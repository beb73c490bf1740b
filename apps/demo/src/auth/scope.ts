import type { SignedInUser } from '../context.ts';

/**
 * The permissions that a person can give to a client, as the consent page words them. The person's role limits them
 * further.
 */
export const scopes = {
  'backoffice:read': 'Read what you may read',
  'backoffice:write': 'Change what you may change: trials, plans, posts',
  'backoffice:admin': 'Close and reopen accounts',
} as const;

export type Scope = keyof typeof scopes;

export const allScopes = Object.keys(scopes) as Scope[];

/** The scopes that somebody in this role can give to a client. */
export const scopesOf: Record<SignedInUser['role'], readonly Scope[]> = {
  viewer: ['backoffice:read'],
  support: ['backoffice:read', 'backoffice:write'],
  admin: ['backoffice:read', 'backoffice:write', 'backoffice:admin'],
  customer: ['backoffice:read', 'backoffice:write'],
};
