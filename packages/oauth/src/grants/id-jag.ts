import type Provider from 'oidc-provider';
import type { TokenEndpointGrantContext } from 'oidc-provider';
import type { EnterpriseOptions } from '../options.ts';
import type { Records } from '../records.ts';
import { type Assertion, createAssertionReader } from './assertion.ts';
import { GrantRefusal } from './refusal.ts';
import {
  checkTarget,
  type GrantTarget,
  issueToken,
  narrowScopes,
  readScopes,
  type TokenParameters,
} from './target.ts';

export const jwtBearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** The metadata that tells clients of this grant. Put it into `discovery` of `oidc-provider`. */
export const idJagMetadata = {
  authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
} as const;

export interface IdJagOptions<TUser, TScope extends string = string> {
  enterprise: EnterpriseOptions<TUser>;
  target: GrantTarget;
  /** The scopes of a token for which neither the assertion nor the request names any. */
  defaultScopes: readonly string[];
  /** Remembers which assertions were used, for all processes. */
  records: Pick<Records, 'add'>;
  userId: (user: TUser) => string;
  grants?: ((user: TUser, asked: TScope[]) => readonly TScope[] | Promise<readonly TScope[]>) | undefined;
}

interface IdJagParameters extends TokenParameters {
  assertion?: string | undefined;
}

/**
 * Lets clients exchange an assertion of the company's identity provider (ID-JAG) for a token of the person that it is
 * about, without asking the person. The client has to authenticate, and its registration has to name the grant.
 * @see https://modelcontextprotocol.io/extensions/auth/enterprise-managed-authorization
 */
export function registerIdJag<TUser, TScope extends string>(
  provider: Provider,
  options: IdJagOptions<TUser, TScope>,
): void {
  const { enterprise, target, records } = options;
  const read = createAssertionReader({
    issuers: enterprise.issuers,
    audience: provider.issuer,
    resource: target.resource,
  });

  const grant = async (context: TokenEndpointGrantContext<IdJagParameters>): Promise<void> => {
    const { client, params } = context.oidc;
    if (client.clientAuthMethod === 'none') {
      // Whoever has seen the assertion knows the id of such a client, and needs nothing else.
      const description = 'a client without a secret or keys cannot use this grant; let the person sign in';
      throw new GrantRefusal('unauthorized_client', description);
    }
    if (!params.assertion) throw new GrantRefusal('invalid_request', 'the parameter assertion is missing');
    checkTarget(params, target);
    const assertion = await read(params.assertion, client.clientId);
    const asked = askedScopes(assertion, readScopes(params.scope), options);

    const user = await enterprise.findUser(assertion.claims);
    if (user === undefined || user === null) {
      throw new GrantRefusal('invalid_grant', 'the app does not know the person that the assertion is about');
    }
    const accountId = options.userId(user);
    // Whoever listens to the provider's events can tell who it was about, also when it is refused below.
    context.oidc.entity('Account', { accountId, claims: () => ({ sub: accountId }) });
    const scopes = await allowedScopes(user, asked, options);
    // Last, so that an assertion is not used up by a request that fails.
    await useOnce(records, assertion);
    await issueToken(context, target, scopes, accountId);
  };

  provider.registerGrantType<IdJagParameters>(jwtBearerGrant, grant, ['assertion', 'scope', 'resource']);
}

function askedScopes(
  { scopes }: Assertion,
  requested: readonly string[] | undefined,
  { target, defaultScopes }: Pick<IdJagOptions<never>, 'target' | 'defaultScopes'>,
): readonly string[] {
  const unknown = scopes?.filter((scope) => !target.scopes.includes(scope)) ?? [];
  if (unknown.length > 0) {
    const description = `the assertion names scopes that do not exist here: ${unknown.join(' ')}`;
    throw new GrantRefusal('invalid_scope', description);
  }
  // Without scopes, the identity provider leaves them to the app.
  const allowed = scopes ?? (requested ? target.scopes : defaultScopes);
  return narrowScopes(requested, allowed, 'the assertion allows none of the requested scopes');
}

async function allowedScopes<TUser, TScope extends string>(
  user: TUser,
  asked: readonly string[],
  { grants }: Pick<IdJagOptions<TUser, TScope>, 'grants'>,
): Promise<readonly string[]> {
  if (!grants || asked.length === 0) return asked;
  // Cast: they are among the scopes of the app.
  const granted: readonly string[] = await grants(user, [...asked] as TScope[]);
  return narrowScopes(asked, granted, 'this person may allow none of the scopes');
}

async function useOnce(records: Pick<Records, 'add'>, { issuer, id, expiresAt }: Assertion): Promise<void> {
  // Longer than it lasts, because clocks differ.
  const ttlMs = Math.max(expiresAt * 1000 - Date.now(), 0) + 60_000;
  if (await records.add('Identity assertion', JSON.stringify([issuer, id]), true, ttlMs)) return;
  throw new GrantRefusal(
    'invalid_grant',
    'the assertion was used before; ask the identity provider for another',
  );
}
