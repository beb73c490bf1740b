import type { ElicitRequest, ElicitResult } from '@modelcontextprotocol/client';
import { CliError } from '../cli-error.ts';

/** How a target is opened. */
export interface TargetOptions {
  /** Headers as `name: value`, for an endpoint or for the context of a module. */
  header?: readonly string[];
  /** Signs in with OAuth. */
  login?: boolean;
  /** The module of a context. */
  ctx?: string;
  /** Answers what tools ask the person. */
  onElicit?: (params: ElicitRequest['params']) => ElicitResult | Promise<ElicitResult>;
}

/** Reads `--header 'authorization: Bearer …'`. */
export function toHeaders(lines: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(':');
      const name = line.slice(0, at).trim();
      if (at < 1 || !/^[\w!#$%&'*+.^`|~-]+$/.test(name))
        throw new CliError(`"${line}" is not a header`, { fix: "Write it as --header 'name: value'." });
      return [name, line.slice(at + 1).trim()];
    }),
  );
}
