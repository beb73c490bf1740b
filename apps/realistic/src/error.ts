/** What the app's own errors are known by, to its front end. */
export type AppErrorCode = 'not_found' | 'not_allowed' | 'wrong_state' | 'limit_reached' | 'provider_failed';

/** The base of every error that the app throws on purpose. tRPC knows nothing of it; `formatError` does. */
export class AppError extends Error {
  readonly code: AppErrorCode;
  readonly httpStatus: number;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: AppErrorCode, httpStatus: number, message: string, details?: Record<string, unknown>) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.httpStatus = httpStatus;
    this.details = details;
  }
}

export class NotFoundError extends AppError {
  constructor(kind: string, id: string) {
    super('not_found', 404, `There is no ${kind} with the id ${id}`, { kind, id });
  }
}

export class AccessError extends AppError {
  constructor(message = 'You are not allowed to do this') {
    super('not_allowed', 403, message);
  }
}

export class StateError extends AppError {
  constructor(message: string) {
    super('wrong_state', 409, message);
  }
}

export class LimitError extends AppError {
  constructor(what: string, limit: number) {
    super('limit_reached', 402, `Your plan includes ${limit} ${what}`, { limit });
  }
}

export class ProviderError extends AppError {
  constructor(provider: string, options: ErrorOptions = {}) {
    super('provider_failed', 502, `${provider} did not answer as expected`);
    this.cause = options.cause;
  }
}
