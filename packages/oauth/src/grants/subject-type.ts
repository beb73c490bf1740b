import type { AccessToken, ClientCredentials } from 'oidc-provider';
import { GrantRefusal } from './refusal.ts';

/**
 * The claim of our access tokens that says what `sub` is the id of. A person may have the same id as a client, for
 * example when people choose their ids, so that `sub` alone does not tell who is calling.
 */
export const subjectTypeClaim = 'sub_type';

export type SubjectType = 'user' | 'client';

/** Who a token speaks for. */
export interface Subject {
  type: SubjectType;
  id: string;
}

/**
 * Makes the `extraTokenClaims` of `oidc-provider`, which marks each token as a person's or a client's. A person whose id
 * is the id of a client that gets tokens for itself gets none, because an app that looks at `sub` alone would confuse
 * the two.
 */
export function createSubjectClaims(
  machines: ReadonlySet<string>,
): (context: unknown, token: AccessToken | ClientCredentials) => Record<string, SubjectType> {
  return (_, token) => {
    if (token.kind === 'ClientCredentials') return { [subjectTypeClaim]: 'client' };
    if (!machines.has(token.accountId)) return { [subjectTypeClaim]: 'user' };
    const description = `the person’s id, ${JSON.stringify(token.accountId)}, is also the id of a client that gets tokens for itself`;
    throw new GrantRefusal('invalid_grant', description);
  };
}

/**
 * Reads who a verified access token of ours speaks for. Returns `undefined` if it does not say so without doubt: such a
 * token has to be refused. Load a person by the id only if the type is `user`.
 */
export function readSubject(claims: Readonly<Record<string, unknown>>): Subject | undefined {
  const { sub, client_id: clientId, [subjectTypeClaim]: type } = claims;
  if (typeof sub !== 'string' || sub === '') return undefined;
  if (type === 'user') return { type, id: sub };
  if (type === 'client' && sub === clientId) return { type, id: sub };
  return undefined;
}
