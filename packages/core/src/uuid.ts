/** Whether a text has the form of what `crypto.randomUUID` returns. */
export function isUuid(text: string): boolean {
  return pattern.test(text);
}

const pattern = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
