import type { Caller } from './caller.ts';
import { mostOfArgument, quote, quoteWithToken, toHeredoc } from './shell.ts';

/** Writes the call as a command of `@trpc-mcp/cli`, for bash. `$TOKEN` stands for the credential. */
export function toCommand(
  name: string,
  args: Readonly<Record<string, unknown>>,
  { url, secret }: Caller,
): string {
  const json = JSON.stringify(args);
  const isLong = json.length > mostOfArgument;
  const header = secret ? [`--header ${quoteWithToken(`${secret.name}: ${secret.before}`)}`] : [];
  const parts = [
    `trpc-mcp call ${quote(url)} ${quote(name)}`,
    ...header,
    isLong ? `- ${toHeredoc(json)}` : quote(json),
  ];
  return parts.join(' \\\n  ');
}
