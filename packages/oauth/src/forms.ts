import type { IncomingMessage } from 'node:http';
import { BodyTooLarge, readBody } from './body.ts';
import type { FormView } from './pages/view.ts';
import type { Seal } from './seal.ts';

/** Makes forms that only the person they were shown to can send, and only from our own page. */
export interface Forms {
  /** `purpose` says what the form does, and whatever must not change between the page and the form. */
  make(action: string, userId: string, purpose: readonly string[]): FormView;
  /** Whether the fields come from a form that was made for this person and purpose. */
  isOurs(fields: URLSearchParams, userId: string, purpose: readonly string[]): boolean;
}

/** How long a page may stay open. */
const maxAgeMs = 3_600_000;

export function createForms(seal: Seal): Forms {
  const textOf = (at: string, userId: string, purpose: readonly string[]) =>
    JSON.stringify([at, userId, ...purpose]);
  return {
    make(action, userId, purpose) {
      const at = Date.now().toString(36);
      return { action, fields: { proof: `${at}.${seal.sign(textOf(at, userId, purpose))}` } };
    },
    isOurs(fields, userId, purpose) {
      const [at = '', code = ''] = fields.get('proof')?.split('.') ?? [];
      const madeAt = Number.parseInt(at, 36);
      if (!(madeAt <= Date.now() && Date.now() - madeAt < maxAgeMs)) return false;
      return seal.isSigned(textOf(at, userId, purpose), code);
    },
  };
}

/** Whether a request comes from a page of this server, as far as the browser says. */
export function isSameOrigin({ headers }: IncomingMessage, origin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  return headers.origin === undefined || headers.origin === origin;
}

/** Reads a form. Returns `undefined` for what is none, or too large. */
export async function readForm(
  req: IncomingMessage,
  maxBytes = 16_384,
): Promise<URLSearchParams | undefined> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(req.headers['content-type'] ?? '')) return undefined;
  try {
    return new URLSearchParams(await readBody(req, maxBytes));
  } catch (error) {
    if (error instanceof BodyTooLarge) return undefined;
    throw error;
  }
}
