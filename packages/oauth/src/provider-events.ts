import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Consents } from './consents.ts';
import type { OAuthEvent, OnEvent } from './event.ts';
import type { Settings } from './settings.ts';

/** Tells the log what oidc-provider did. */
export function tellEvents<TUser>(
  provider: Provider,
  settings: Settings<TUser>,
  { consents, onEvent }: { consents: Consents; onEvent: OnEvent },
): void {
  const tell =
    (type: OAuthEvent['type'], refused: boolean) => (ctx: KoaContextWithOIDC, error?: OAuthFailure) => {
      const { entities, params } = ctx.oidc ?? {};
      const detail = error?.error_detail ?? error?.error_description ?? error?.message;
      const isReuse = refused && /already (?:used|consumed)/.test(detail ?? '');
      onEvent({
        type: isReuse ? 'reuse' : type,
        refused,
        message: detail ?? `${type} for a client`,
        error: error?.error,
        clientId: entities?.Client?.clientId ?? textOf(params?.['client_id']),
        userId: entities?.Account?.accountId,
        address: settings.addressOf(ctx.req),
        // Somebody else cannot be reached. The reason is for the log alone.
        ...(error?.error === 'temporarily_unavailable' && { cause: error.cause }),
      });
    };
  const on = (name: string, listener: (ctx: KoaContextWithOIDC, error?: OAuthFailure) => void) =>
    provider.on(name as 'server_error', listener as never);
  on('authorization.error', tell('authorization', true));
  on('registration_create.error', tell('registration', true));
  on('registration_create.success', tell('registration', false));
  on('grant.error', tell('token', true));
  on('grant.success', (ctx) => {
    tell('token', false)(ctx);
    const { Account, Client } = ctx.oidc.entities;
    if (!Account || !Client) return;
    consents.markUsed(Account.accountId, Client.clientId).catch(() => {
      // Only the time on the page of connections is missing.
    });
  });
  on('grant.revoked', tell('revocation', false));
  on('revocation.error', (ctx, error) => {
    // Access tokens are revoked by the middleware.
    if (error?.error !== 'unsupported_token_type') tell('revocation', true)(ctx, error);
  });
  on('server_error', (_ctx, error) => {
    onEvent({
      type: 'failure',
      refused: false,
      message: error?.message ?? 'the server failed',
      cause: error,
    });
  });
}

interface OAuthFailure extends Error {
  error?: string;
  error_description?: string;
  error_detail?: string;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
