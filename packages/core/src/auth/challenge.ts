/** Adds parameters to a `WWW-Authenticate` value, such as `Bearer` or `Bearer realm="app"`. */
export function addToChallenge(challenge: string, params: Record<string, string>): string {
  const added = Object.entries(params).map(([name, value]) => `${name}="${quote(value)}"`);
  if (added.length === 0) return challenge;
  const separator = /^\S+$/.test(challenge) ? ' ' : ', ';
  return `${challenge}${separator}${added.join(', ')}`;
}

/** Whether every host accepts this text as a header's value. A host that does not would fail the whole response. */
export function isHeaderText(text: string): boolean {
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text);
}

/** Says to a caller without a good credential where to put one. */
export function toAdvice(challenge: string): string {
  return `send ${toCredentialPlace(challenge)}`;
}

/**
 * Names the credential that an endpoint takes, and where it goes. The challenge says it by its scheme, such as `Bearer` or
 * `Basic realm="app"`, or by a parameter, as in `ApiKey header="x-api-key"`.
 */
export function toCredentialPlace(challenge: string): string {
  const header = /[\s,]header="?([\w-]+)/i.exec(challenge)?.[1];
  if (header !== undefined) return `a credential in the header "${header}: <credential>"`;
  const scheme = /^[^\s,]+/.exec(challenge)?.[0] ?? 'Bearer';
  // Not a scheme of HTTP, but some apps say so that their credential is a cookie.
  if (/^cookie$/i.test(scheme)) return 'the cookie of a session that is signed in';
  return /^bearer$/i.test(scheme)
    ? 'a token in the header "Authorization: Bearer <token>"'
    : `a credential in the header "Authorization: ${scheme} <credential>"`;
}

function quote(value: string): string {
  return value.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&');
}
