import type { SetupProblem } from '@trpc-mcp/core';
import type { OAuthServerOptions } from '../options.ts';
import { findMachines } from './client-credentials.ts';

/** Finds what is wrong with the options of the grants that are off by default. */
export function findGrantProblems({
  enterprise,
  clientCredentials,
  clients = [],
  scopes,
}: Pick<
  OAuthServerOptions<never>,
  'enterprise' | 'clientCredentials' | 'clients' | 'scopes'
>): SetupProblem[] {
  return [
    ...(enterprise ? findIssuerProblems(enterprise.issuers) : []),
    ...(clientCredentials ? findMachineProblems(clients, Object.keys(scopes)) : []),
  ];
}

type Issuers = NonNullable<OAuthServerOptions<never>['enterprise']>['issuers'];

function findIssuerProblems(issuers: Issuers): SetupProblem[] {
  const problems: SetupProblem[] = [];
  if (issuers.length === 0) {
    const message = 'it is empty, so every assertion would be refused; list the identity provider';
    problems.push({ code: 'ISSUER_MISSING', path: 'enterprise.issuers', message });
  }
  for (const [index, { issuer, jwksUri }] of issuers.entries()) {
    const path = `enterprise.issuers[${index}]`;
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
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}

function findMachineProblems(
  clients: NonNullable<OAuthServerOptions<never>['clients']>,
  scopes: readonly string[],
): SetupProblem[] {
  const problems: SetupProblem[] = [];
  const machines = findMachines(clients);
  if (machines.length === 0) {
    const message =
      'no client can use it; put "client_credentials" into the grant_types of one of the clients, or remove the option';
    problems.push({ code: 'OPTION_INVALID', path: 'clientCredentials', message });
  }
  for (const machine of machines) {
    const path = `clients[${clients.indexOf(machine)}]`;
    if (machine.token_endpoint_auth_method === 'none') {
      const message =
        'a client without a secret or keys cannot get tokens for itself, because anybody could; use private_key_jwt or client_secret_basic';
      problems.push({ code: 'OPTION_INVALID', path: `${path}.token_endpoint_auth_method`, message });
    }
    const { token_endpoint_auth_method: method = 'client_secret_basic', client_secret: secret } = machine;
    if (method === 'client_secret_basic' && /[%+]/.test(secret ?? '')) {
      const message =
        'it has a % or a +, which some clients encode in the Authorization header and others do not, the official ones among them; make it of letters, digits, - and _';
      problems.push({ code: 'OPTION_INVALID', path: `${path}.client_secret`, message });
    }
    const unknown = (machine.scope ?? '').split(' ').filter((scope) => scope && !scopes.includes(scope));
    if (unknown.length > 0) {
      const message = `${unknown.join(', ')} is not among the scopes; it can be ${scopes.join(', ')}`;
      problems.push({ code: 'SCOPE_INVALID', path: `${path}.scope`, message });
    }
  }
  return problems;
}
