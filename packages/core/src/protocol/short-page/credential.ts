import { toCredentialPlace } from '../../auth/challenge.ts';
import type { HandlerOptions } from '../options.ts';
import type { HeaderLine } from './connections.ts';

/** What a person has to know of the credential that an endpoint takes. */
export interface CredentialWords {
  words: readonly string[];
  /** The header to write into the settings of a client. `undefined` if there is none, or if it need not be written. */
  header: HeaderLine | undefined;
}

export function credentialOf(auth: HandlerOptions['auth']): CredentialWords {
  if (!auth) {
    const words = [
      'The endpoint asks for none by itself. Its tools may want one, usually in the header Authorization.',
    ];
    return { words, header: undefined };
  }
  const { metadata, challenge = 'Bearer', required, authenticate } = auth;
  const servers = metadata?.authorization_servers ?? [];
  const optional = required ? [] : ['Some of it may work without one.'];
  const place = toCredentialPlace(challenge);
  if (servers.length > 0) {
    const isOnly = [authenticate].flat().length === 1;
    const words = [
      `OAuth: a client needs the address alone. It then opens the sign-in of ${servers.join(' or ')} in your browser.`,
      ...(isOnly ? [] : [`A client without OAuth sends ${place}.`]),
      ...optional,
    ];
    return { words, header: undefined };
  }
  return {
    words: [`With every request, a client sends ${place}.`, ...optional],
    header: toHeader(challenge),
  };
}

/** The header with a place for the credential. A cookie is nothing that a person copies. */
function toHeader(challenge: string): HeaderLine | undefined {
  const named = /[\s,]header="?([\w-]+)/i.exec(challenge)?.[1];
  if (named !== undefined) return { name: named, value: 'CREDENTIAL' };
  const scheme = /^[\w-]+/.exec(challenge)?.[0] ?? 'Bearer';
  return /^cookie$/i.test(scheme) ? undefined : { name: 'Authorization', value: `${scheme} TOKEN` };
}
