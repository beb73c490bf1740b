import { credential, endpoint, era } from '../session/settings.ts';
import { wire } from '../session/wire.ts';

/** What a command outside of this page needs to call as the page does. */
export interface Caller {
  url: string;
  era: '2026' | '2025';
  /** Whether the endpoint keeps sessions for clients of 2025. */
  hasSession: boolean;
  /** The header of the credential, whose value ends in the secret: `authorization` and `Bearer `. */
  secret: { name: string; before: string } | undefined;
}

/** Reads who calls, from what is set and from what was sent. */
export function readCaller(): Caller {
  const chosen = credential.get();
  const scheme = (value: string) => /^[\w-]+ +/.exec(value)?.[0] ?? '';
  const secret =
    chosen.kind === 'header'
      ? { name: chosen.name, before: scheme(chosen.value) }
      : chosen.kind === 'cookie'
        ? { name: 'cookie', before: '' }
        : chosen.kind === 'oauth'
          ? { name: 'authorization', before: 'Bearer ' }
          : undefined;
  const hasSession = wire
    .get()
    .some(({ responseHeaders }) => responseHeaders.some(([name]) => name.toLowerCase() === 'mcp-session-id'));
  return { url: endpoint.href, era: era.get(), hasSession, secret };
}
