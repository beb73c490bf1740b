import type { OAuthEvent, OnEvent } from './event.ts';

/** Makes an `OnEvent` that never throws. Without one of the app's own, failures and refusals are printed. */
export function createLog(onEvent: OnEvent = print): OnEvent {
  return (event) => {
    try {
      // Without types, it may be async, and reject.
      void Promise.resolve(onEvent(event) as unknown).catch(() => {});
    } catch {
      // A log that fails must not stop a login.
    }
  };
}

function print({ type, refused, message, clientId, userId, address, cause }: OAuthEvent): void {
  if (type !== 'failure' && !refused) return;
  const facts = Object.entries({ clientId, userId, address }).filter(([, value]) => value !== undefined);
  // What a client sends can have line breaks, and must not write lines of its own into a log.
  const shown = facts.map(([name, value]) => ` ${name}=${JSON.stringify(value)}`).join('');
  const line = `OAuth ${type}: ${JSON.stringify(message).slice(1, -1)}${shown}`;
  if (type === 'failure') console.error(line, cause ?? '');
  else console.warn(line);
}
