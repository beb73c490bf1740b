import type { ClientCapabilities, Implementation, LoggingLevel } from '@modelcontextprotocol/server';
import type { Caller } from '../../call/caller.ts';

/** What has to be known of a session to serve it. */
export interface SessionFacts {
  /** Who opened it. */
  caller: Caller;
  /** What the URL has chosen of the catalog. */
  choice: string;
  /** What the handshake has said. */
  hello: Hello;
  level: LoggingLevel | undefined;
  /** The resources that the client has subscribed to. */
  uris: string[];
}

export interface Hello {
  protocolVersion: string;
  capabilities: ClientCapabilities;
  clientInfo: Implementation;
}

/** Brings what has changed here since `base` into what others have kept meanwhile. */
export function mergeFacts(base: SessionFacts, mine: SessionFacts, kept: SessionFacts): SessionFacts {
  const added = mine.uris.filter((uri) => !base.uris.includes(uri));
  const removed = new Set(base.uris.filter((uri) => !mine.uris.includes(uri)));
  return {
    ...kept,
    level: mine.level === base.level ? kept.level : mine.level,
    uris: [...new Set([...kept.uris, ...added])].filter((uri) => !removed.has(uri)),
  };
}
