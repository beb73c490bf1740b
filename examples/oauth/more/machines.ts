import type { Settings } from '../app.ts';

/** Lets a program of yours in, for which nobody signs in. */
export function allowReports(secret: string): Settings {
  return {
    clientCredentials: true,
    clients: [
      {
        client_id: 'nightly-report',
        client_name: 'Nightly report',
        client_secret: secret,
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'client_secret_basic',
        scope: 'notes:read',
      },
    ],
  };
}
