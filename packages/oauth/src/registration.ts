import type { IncomingMessage, ServerResponse } from 'node:http';
import { takeFrom } from './address.ts';
import { BodyTooLarge, readBody, withBody } from './body.ts';
import { MetadataError, normalizeMetadata } from './clients/metadata.ts';
import type { OnEvent } from './event.ts';
import type { RegistrationLimits } from './options.ts';
import { sendError } from './reply.ts';
import { placeOf } from './seal.ts';
import type { Settings } from './settings.ts';

/**
 * Reads a registration, within limits of size and rate, and takes from it what this server understands. Returns the request
 * that oidc-provider then answers, or `undefined` when it has been answered here.
 * @see https://www.rfc-editor.org/rfc/rfc7591
 */
export function createRegistration<TUser>(
  settings: Settings<TUser>,
  limits: RegistrationLimits,
  onEvent: OnEvent,
): (req: IncomingMessage, res: ServerResponse) => Promise<IncomingMessage | undefined> {
  const { store } = settings;
  return async (req, res) => {
    const address = settings.addressOf(req);
    const refuse = (status: number, error: string, message: string, headers: Record<string, string> = {}) => {
      onEvent({ type: 'registration', refused: true, message, error, address });
      sendError(res, status, error, message, { ...anyOrigin, ...headers });
      return undefined;
    };
    const waitMs =
      (await takeFrom(store, 'registrations', address, limits.perAddress)) ||
      (await store.take(placeOf('registrations', ''), limits.total));
    if (waitMs > 0) {
      const headers = { 'retry-after': String(Math.ceil(waitMs / 1000)) };
      return refuse(
        429,
        'temporarily_unavailable',
        'too many clients have registered; try again later',
        headers,
      );
    }
    if (!/^application\/json\b/i.test(req.headers['content-type'] ?? ''))
      return refuse(400, 'invalid_client_metadata', 'send the metadata of the client as application/json');
    try {
      const metadata: unknown = JSON.parse(await readBody(req, limits.maxBytes));
      if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
        throw new MetadataError('invalid_client_metadata', 'the metadata of a client are a JSON object');
      const { client_id: _id, ...known } = normalizeMetadata(metadata as Record<string, unknown>);
      const method = known['token_endpoint_auth_method'] ?? 'client_secret_basic';
      return withBody(req, JSON.stringify({ ...known, token_endpoint_auth_method: method }));
    } catch (error) {
      if (error instanceof MetadataError) return refuse(400, error.code, error.message);
      if (error instanceof BodyTooLarge)
        return refuse(
          413,
          'invalid_client_metadata',
          `the metadata are larger than ${limits.maxBytes} bytes`,
          { connection: 'close' },
        );
      if (error instanceof SyntaxError) return refuse(400, 'invalid_client_metadata', 'the body is not JSON');
      throw error;
    }
  };
}

/** Clients in browsers register too. The answer has nothing of a person. */
export const anyOrigin = { 'access-control-allow-origin': '*' };

/** Answers the question of a browser whether a page may register a client. */
export function answerPreflight(res: ServerResponse): void {
  res.writeHead(204, {
    ...anyOrigin,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'content-type, authorization, mcp-protocol-version',
    'access-control-max-age': '3600',
  });
  res.end();
}
