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

function print({ type, refused, message, error, clientId, userId, address, cause }: OAuthEvent): void {
  // What a person decides is no fault of anybody.
  const isDecision = type === 'consent' || error === 'access_denied';
  if (type !== 'failure' && (!refused || isDecision)) return;
  const facts = Object.entries({ clientId, userId, address }).filter(([, value]) => value !== undefined);
  const shown = facts.map(([name, value]) => ` ${name}="${toOneLine(value)}"`).join('');
  const line = `OAuth ${type}: ${toOneLine(message)}${shown}`;
  if (type === 'failure') console.error(line, cause ?? '');
  else console.warn(line);
}

/**
 * What a client sends can be long, can have line breaks, and characters that move the cursor of a terminal. It must not write
 * lines of its own into a log.
 */
function toOneLine(text: unknown): string {
  const escaped = JSON.stringify(String(text).slice(0, 500)).slice(1, -1);
  return escaped.replaceAll(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
