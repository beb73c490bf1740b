/** How far a call is. @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/progress */
export interface Progress {
  /** Has to grow with each message. */
  progress: number;
  /** The value of `progress` at the end, if it is known. */
  total?: number;
  message?: string;
}
