import type { StaticClient } from '@trpc-mcp/oauth';
import type { Settings, User } from '../app.ts';

/** What you agree on with a company: where its identity provider is, and who its people are, by their id there. */
export interface Company {
  issuer: string;
  jwksUri: string;
  people: ReadonlyMap<string, User>;
}

/** Lets the people of companies in, with the clients that their company allows. Nobody is asked. */
export function allowCompanies(companies: readonly Company[], secret: string): Settings {
  const assistant: StaticClient = {
    client_id: 'assistant',
    client_name: 'Assistant',
    client_secret: secret,
    grant_types: ['urn:ietf:params:oauth:grant-type:jwt-bearer'],
    token_endpoint_auth_method: 'client_secret_basic',
  };
  return {
    clients: [assistant],
    enterprise: {
      issuers: companies,
      // By the issuer too: a company may speak for its own people only.
      findUser: ({ iss, sub }) => companies.find(({ issuer }) => issuer === iss)?.people.get(sub as string),
    },
  };
}
