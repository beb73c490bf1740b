import { credential } from '../session/settings.ts';

/** Writes a header as it may be shown on a screen that others see: `Bearer abcdefgh1234` becomes `Bearer ••••1234`. */
export function maskHeader(name: string, value: string): string {
  if (!isSecretHeader(name)) return value;
  const scheme = /^(?:bearer|basic|token|dpop) +/i.exec(value)?.[0] ?? '';
  const secret = value.slice(scheme.length);
  return `${scheme}••••${secret.length >= 12 ? secret.slice(-4) : ''}`;
}

/** Whether a header has a credential, which is masked on the page and left out of what is copied. */
export function isSecretHeader(name: string): boolean {
  const chosen = credential.get();
  if (chosen.kind === 'header' && chosen.name.toLowerCase() === name.toLowerCase()) return true;
  return (
    !/^www-authenticate$/i.test(name) &&
    /auth|token|api-?key|secret|cookie|session|passw|credential|signature/i.test(name)
  );
}
