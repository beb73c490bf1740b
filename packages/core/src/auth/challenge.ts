/** A `WWW-Authenticate` value with parameters added to it: `Bearer`, `Bearer realm="app"` and the like. */
export function addToChallenge(challenge: string, params: Record<string, string>): string {
  const added = Object.entries(params).map(([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`);
  const separator = /^\S+$/.test(challenge) ? ' ' : ', ';
  return `${challenge}${separator}${added.join(', ')}`;
}
