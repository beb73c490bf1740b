/** Whether a text may be the name of an HTTP header. @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
export function isHeaderName(text: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(text);
}
