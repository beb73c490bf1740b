/**
 * Whether a `Content-Type` header names JSON. As the SDK does, it takes parameters of any form, and refuses a list of types.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-content-type
 */
export function isJsonType(header = ''): boolean {
  const [type = '', ...parameters] = header.split(';');
  return (
    type.trim().toLowerCase() === 'application/json' &&
    !parameters.join(';').replaceAll(quoted, '').includes(',')
  );
}

const quoted = /"(?:[^"\\]|\\.)*"/g;
