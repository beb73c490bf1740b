/** A `WWW-Authenticate` value with parameters added to it: `Bearer`, `Bearer realm="app"` and the like. */
export function addToChallenge(challenge: string, params: Record<string, string>): string {
  const added = Object.entries(params).map(([name, value]) => `${name}="${quote(value)}"`);
  if (added.length === 0) return challenge;
  const separator = /^\S+$/.test(challenge) ? ' ' : ', ';
  return `${challenge}${separator}${added.join(', ')}`;
}

/** Whether hosts let it into a header. One that does not fit would break the answer, not just the header. */
export function isHeaderText(text: string): boolean {
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text);
}

function quote(value: string): string {
  return value.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&');
}
