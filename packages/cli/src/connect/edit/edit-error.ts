/** A configuration file that can't be edited as it is. It is left alone. */
export class EditError extends Error {
  override name = 'EditError';
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(message: string, place?: { line: number; column: number }) {
    super(message);
    this.line = place?.line;
    this.column = place?.column;
  }
}
