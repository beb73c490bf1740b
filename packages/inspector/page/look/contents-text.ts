/** Decodes base64, also the kind for URLs. `undefined` if it is none. */
export function toBytes(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const text = atob(base64.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(text, (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Lays out JSON over lines. Anything else stays as it is. */
export function toPretty(text: string, mimeType: string): string {
  if (!/[/+]json\b/i.test(mimeType) || text.length > mostCharacters) return text;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

const mostCharacters = 1_000_000;
