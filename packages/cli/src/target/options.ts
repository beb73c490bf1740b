import type { Client, ElicitRequest, ElicitResult } from '@modelcontextprotocol/client';
import { CliError } from '../cli-error.ts';
import type { LoadedModule } from './module.ts';

/** An MCP server that a command talks to: a router in this process, or an endpoint. */
export interface Target {
  /** As it was named. */
  name: string;
  /** The official client, connected. */
  client: Client;
  /** The router; `undefined` for an endpoint. */
  module: LoadedModule | undefined;
  /** Does something with the client. If that needs a login, or more scopes, the person signs in, and it is done once more. */
  attempt: <T>(work: () => Promise<T>) => Promise<T>;
  close: () => Promise<void>;
}

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
