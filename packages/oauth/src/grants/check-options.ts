import type { SetupProblem } from '@trpc-mcp/core';
import { isLoopback } from '../clients/metadata.ts';
import { methodOf } from '../clients/static.ts';
import type { EnterpriseOptions, OAuthServerOptions, StaticClient } from '../options.ts';
import { findMachines } from './client-credentials.ts';

/** Finds what is wrong with the options of the grants that are off by default. */
export function findGrantProblems(
  { enterprise, clientCredentials, clients = [] }: GrantOptions,
  scopes: readonly string[],
): SetupProblem[] {
  return [
    ...(enterprise ? findEnterpriseProblems(enterprise) : []),
    ...(clientCredentials ? findMachineProblems(clients, scopes) : []),
    ...findSecretProblems(clients),
  ];
}

/**
 * RFC 6749 wants a secret to be encoded as in a form before it goes into the header. Some clients do not, such as the
 * official ones, so that a secret with such a character works with some clients and not with others.
 */
function findSecretProblems(clients: readonly StaticClient[]): SetupProblem[] {
  return clients.flatMap((client, index) => {
    const isPlain = methodOf(client) !== 'client_secret_basic' || !/[%+]/.test(client.client_secret ?? '');
    const message =
      'it has a % or a +, which some clients encode in the header Authorization and others do not; make it of letters, digits, - and _';
    return isPlain
      ? []
      : [{ code: 'OPTION_INVALID', path: `oauthServer.clients[${index}].client_secret`, message }];
  });
}

type GrantOptions = Pick<Partial<OAuthServerOptions<never>>, 'enterprise' | 'clientCredentials' | 'clients'>;

function findEnterpriseProblems({ issuers, findUser }: Partial<EnterpriseOptions<never>>): SetupProblem[] {
  const problems = findIssuerProblems(issuers ?? []);
  if (typeof findUser !== 'function') {
    const message = 'it is missing; set it to a function that finds a person by the claims of an assertion';
    problems.push({ code: 'OPTION_INVALID', path: 'oauthServer.enterprise.findUser', message });
  }
  return problems;
}

function findIssuerProblems(issuers: EnterpriseOptions<never>['issuers']): SetupProblem[] {
  const problems: SetupProblem[] = [];
  if (issuers.length === 0) {
    const message = 'it is empty, so every assertion would be refused; list the identity provider';
    problems.push({ code: 'ISSUER_MISSING', path: 'oauthServer.enterprise.issuers', message });
  }
  for (const [index, { issuer, jwksUri }] of issuers.entries()) {
    const path = `oauthServer.enterprise.issuers[${index}]`;
    if (typeof issuer !== 'string' || issuer === '') {
      const message = 'it is empty; set it to the issuer in the metadata of the identity provider';
      problems.push({ code: 'ISSUER_MISSING', path: `${path}.issuer`, message });
    } else if (issuers.findIndex((each) => each.issuer === issuer) !== index) {
      const message = `${JSON.stringify(issuer)} is listed twice; remove one of them`;
      problems.push({ code: 'OPTION_INVALID', path: `${path}.issuer`, message });
    }
    if (!isSafe(String(jwksUri))) {
      const message = `${JSON.stringify(String(jwksUri))} is not an https URL, so that anybody on the way could send keys of their own; set it to the jwks_uri in the metadata of the identity provider`;
      problems.push({ code: 'JWKS_URI_INVALID', path: `${path}.jwksUri`, message });
    }
  }
  return problems;
}

/** Whether nobody on the way can change what is read there. Loopback is for tests and development. */
function isSafe(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function findMachineProblems(clients: readonly StaticClient[], scopes: readonly string[]): SetupProblem[] {
  const problems: SetupProblem[] = [];
  const machines = findMachines(clients);
  if (machines.length === 0) {
    const message =
      'no client can use it; put "client_credentials" into the grant_types of one of the clients, or remove the option';
    problems.push({ code: 'OPTION_INVALID', path: 'oauthServer.clientCredentials', message });
  }
  for (const machine of machines) {
    const path = `oauthServer.clients[${clients.indexOf(machine)}]`;
    if (methodOf(machine) === 'none') {
      const message =
        'a client without a secret or keys cannot get tokens for itself, because anybody could; use private_key_jwt or client_secret_basic';
      problems.push({ code: 'OPTION_INVALID', path: `${path}.token_endpoint_auth_method`, message });
    }
    const unknown = (machine.scope ?? '').split(' ').filter((scope) => scope && !scopes.includes(scope));
    if (unknown.length > 0) {
      const message = `${unknown.join(', ')} is not among the scopes; it can be ${scopes.join(', ')}`;
      problems.push({ code: 'SCOPE_INVALID', path: `${path}.scope`, message });
    }
  }
  return problems;
}
