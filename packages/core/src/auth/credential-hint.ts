import { toCredentialPlace } from './challenge.ts';

/**
 * Says what credential an endpoint takes, and where it goes, as far as its challenge tells. Without `auth`, only the app's
 * `createContext` knows.
 */
export function toCredentialHint(hasAuth: boolean, challenge = 'Bearer'): string {
  if (!hasAuth) {
    return 'The person has to sign in: the credential usually goes in the header Authorization of every request, which the client’s settings for this server hold.';
  }
  return `The person has to sign in: this endpoint takes ${toCredentialPlace(challenge)}, with every request; the client’s settings for this server hold it.`;
}

/** The same for a server over stdio, which has no headers. */
export const stdioCredentialHint =
  'The person has to sign in: the credential of this server is given to it where it is started, usually in its environment.';

/** The same for an agent in the app’s own process, which acts for somebody that the app knows already. */
export const inProcessCredentialHint =
  'The person has to sign in to the app: this agent acts for whoever is signed in there.';
