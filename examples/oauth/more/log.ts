import type { OAuthEvent } from '@trpc-mcp/oauth';
import type { Settings } from '../app.ts';

/** Logs every event as a line of JSON, and tells somebody about attacks. */
export function logTo(write: (line: string) => void, alarm: (event: OAuthEvent) => void): Settings {
  return {
    onEvent({ cause, ...event }) {
      write(JSON.stringify({ ...event, cause: cause instanceof Error ? cause.message : cause }));
      if (event.type === 'reuse' || event.type === 'forged-form') alarm(event);
    },
  };
}
