import { credential } from './settings.ts';

/**
 * Writes a header as it may be shown on a screen that others see: a credential is masked up to its last four characters, so that
 * two tokens can be told apart. `Bearer abcdefgh1234` becomes `Bearer ••••1234`.
 */
export function maskHeader(name: string, value: string): string {
  if (!isSecretHeader(name)) return value;
  const scheme = /^(?:bearer|basic|token|dpop) +/i.exec(value)?.[0] ?? '';
  return scheme + maskSecret(value.slice(scheme.length));
}

/** Whether a header has a credential, by its name or because it is the one that the person chose. */
export function isSecretHeader(name: string): boolean {
  const chosen = credential.get();
  const isCredential = chosen.kind === 'header' && chosen.name.toLowerCase() === name.toLowerCase();
  return isCredential || hasSecretName(name);
}

/** Masks a secret. A short one is masked as a whole. */
export function maskSecret(secret: string): string {
  return `••••${secret.length >= 12 ? secret.slice(-4) : ''}`;
}

/** Whether the value of a header, of a parameter or of a field with this name is a secret. */
export function hasSecretName(name: string): boolean {
  return /^www-authenticate$/i.test(name)
    ? false
    : /auth|token|key|secret|cookie|session|passw|credential|signature|jwt|(?:^|[-_])(?:pat|pwd|sig)(?:$|[-_])/i.test(
        name,
      );
}

/** Masks what an authorization server is sent and answers with: codes, tokens and secrets of clients. */
export function maskOAuthBody(body: string): string {
  return body
    .replaceAll(
      /(^|&)(code|code_verifier|refresh_token|token|client_secret|assertion|client_assertion)=([^&]*)/g,
      (_, start: string, name: string, value: string) => `${start}${name}=${maskSecret(value)}`,
    )
    .replaceAll(
      /"(access_token|refresh_token|id_token|client_secret|registration_access_token)"(\s*:\s*)"([^"]*)"/g,
      (_, name: string, colon: string, value: string) => `"${name}"${colon}"${maskSecret(value)}"`,
    );
}
