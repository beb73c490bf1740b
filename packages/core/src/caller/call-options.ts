import { findUnknownOptions } from '../nearest.ts';
import { isRecord } from '../record.ts';
import type { ToolCallOptions } from './options.ts';

const names = {
  signal: true,
  onProgress: true,
  onElicit: true,
  isApproved: true,
  approvalId: true,
} as const satisfies Record<keyof ToolCallOptions, true>;

/** Throws a `TypeError` for options that nobody without types would notice: they say whether a person is asked. */
export function checkCallOptions(method: string, options: unknown): void {
  if (!isRecord(options)) throw new TypeError(`the options of ${method} have to be an object`);
  const [unknown] = findUnknownOptions([['', options, names]]);
  if (unknown) throw new TypeError(`${unknown.path} of ${method}: ${unknown.message}`);
  const { signal, onProgress, onElicit, isApproved, approvalId } = options as Partial<
    Record<string, unknown>
  >;
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError(`signal of ${method} has to be an AbortSignal`);
  for (const [name, value] of Object.entries({ onProgress, onElicit })) {
    if (value !== undefined && typeof value !== 'function')
      throw new TypeError(`${name} of ${method} has to be a function`);
  }
  if (isApproved !== undefined && typeof isApproved !== 'boolean')
    throw new TypeError(`isApproved of ${method} has to be true or false`);
  if (approvalId !== undefined && (typeof approvalId !== 'string' || approvalId === ''))
    throw new TypeError(`approvalId of ${method} has to be a text that is not empty`);
}
