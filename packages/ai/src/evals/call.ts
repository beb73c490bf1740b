/** A call of a tool that was made in a case. */
export interface EvalCall {
  /** The name that the model called it by. Of a tool that was found by search, or called by code, its own name. */
  tool: string;
  /** The dotted path of its procedure; `undefined` if it has none, or was not reached. */
  path?: string | undefined;
  /** The arguments as JSON. */
  input: unknown;
  /** The code with which it was refused or failed, such as `FORBIDDEN`. */
  refused?: string | undefined;
  /** What the model read about the refusal. */
  message?: string | undefined;
}
