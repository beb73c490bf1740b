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

function quote(value: string): string {
  return value.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&');
}
