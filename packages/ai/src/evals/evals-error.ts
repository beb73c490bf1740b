/** Why evals could not be made or run: a stable code, what is wrong, and what to do about it. */
export class EvalsError extends Error {
  override name = 'EvalsError';
  readonly code: EvalsErrorCode;
  /** What to do, as a sentence or a command. */
  readonly fix: string;

  constructor(code: EvalsErrorCode, message: string, fix: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.fix = fix;
  }
}

/**
 * `DEFINITION_INVALID`: the evals themselves are wrong. `RECORD_INVALID`: the file is no record, or is broken. `RECORD_NEWER`: a
 * newer version wrote it. `REPORT_INVALID`: what is compared with is no report. `MODEL_MISSING`: no model was named.
 * `MODEL_INVALID`: what was given is no model. `SDK_MISSING`: the AI SDK is not installed.
 */
export type EvalsErrorCode =
  | 'DEFINITION_INVALID'
  | 'RECORD_INVALID'
  | 'RECORD_NEWER'
  | 'REPORT_INVALID'
  | 'MODEL_MISSING'
  | 'MODEL_INVALID'
  | 'SDK_MISSING';
