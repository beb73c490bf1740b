import {
  type CallToolResult,
  type Client,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  type Tool,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { resolve } from 'node:path';
import process from 'node:process';
import { text as readAll } from 'node:stream/consumers';
import { readArguments } from '../call/arguments.ts';
import { createElicit } from '../call/elicit.ts';
import { showResult } from '../call/show.ts';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import { exitWith } from './exit-with.ts';
import { openTarget, type Target } from '../target/target.ts';
import { toConnectError } from '../target/url.ts';
import type { Tell, Terminal } from '../terminal.ts';
import { collect, type GivenTargetOptions, withTargetOptions } from './target-options.ts';

interface CallOptions extends GivenTargetOptions {
  arg?: string[];
  yes?: boolean;
  output: string;
  timeout: number;
}

export function addCall(program: Command, terminal: Terminal): void {
  const command = program
    .command('call')
    .description('Call a tool, and show its result.')
    .argument('<target>', 'a module such as src/router.ts#appRouter, or the URL of an endpoint')
    .argument('<tool>', "the tool's name, or the path of its procedure")
    .argument('[json]', 'the arguments as a JSON object; - reads them from standard input')
    .addOption(new Option('-a, --arg <name=value>', 'one argument; may be repeated').argParser(collect))
    .option('-y, --yes', 'agree to what the tool asks before it runs')
    .option('-o, --output <folder>', 'where pictures and files are written', '.')
    .addOption(
      new Option('--timeout <seconds>', 'end the call after this time').default(300).argParser(toSeconds),
    );
  withTargetOptions(command)
    .addHelpText('after', examples)
    .action(async (spec: string, name: string, json: string | undefined, options: CallOptions) => {
      const given = json === '-' ? await readAll(terminal.stdin) : json;
      let failure: unknown;
      const ask = createElicit(terminal, options.yes === true);
      const onElicit: typeof ask = (params) =>
        ask(params).catch((error: unknown) => {
          failure = error;
          return { action: 'cancel' };
        });
      const target = await openTarget(spec, { ...options, onElicit }, terminal);
      try {
        const tool = await findTool(target, name);
        const args = readArguments(given, options.arg ?? [], tool.inputSchema as object, terminal.cwd);
        const run = (tell: Tell): Promise<CallToolResult> =>
          target.attempt(() => callTool(target.client, tool.name, args, options.timeout, tell));
        // A question and a spinner would write over each other.
        const result = await (tool.annotations?.readOnlyHint === true
          ? terminal.work(`Calling ${tool.name}`, run)
          : run(() => {}));
        if (failure !== undefined) throw failure;
        if (options.json) terminal.printJson(result);
        else
          await showResult(
            result,
            tool.name,
            resolve(terminal.cwd, options.output),
            result.isError ? { ...terminal, print: terminal.note } : terminal,
          );
        if (result.isError) exitWith(command, exitCode.failed);
      } catch (error) {
        throw (
          failure ??
          (target.module === undefined && isLost(error)
            ? toConnectError(new URL(target.name), error, options)
            : error)
        );
      } finally {
        await target.close();
      }
    });
}

const examples = `
A value is read as the tool's schema wants it. --arg filter.city=Bern sets a key inside, a repeated name makes a list,
--arg photo=@cat.png reads a file, and --arg 'ids:=[1,2]' is JSON.

Examples:
  trpc-mcp call src/router.ts customers_list --ctx ctx.ts
  trpc-mcp call src/router.ts customers.get --arg id=42
  trpc-mcp call https://app.example.com/mcp notes_add '{"text":"Buy milk"}' --login`;

function toSeconds(value: string): number {
  const seconds = Number(value);
  // A timer holds at most 31 bits of milliseconds.
  if (!(seconds > 0 && seconds <= 2_000_000))
    throw new InvalidArgumentError('It has to be a number of seconds, more than 0.');
  return seconds;
}

async function findTool({ client, module }: Target, name: string): Promise<Tool> {
  const { tools } = await client.listTools();
  const found = tools.find((tool) => tool.name === name) ?? (await findByPath(tools, module, name));
  if (found) return found;
  // Where tools are searched for, one can be called that the list does not hold.
  if (tools.some((tool) => tool.name === 'search_tools' || tool.name === 'search_api'))
    return { name, inputSchema: { type: 'object' } };
  const near = tools.map((tool) => tool.name).filter((each) => isNear(each, name));
  throw new CliError(`There is no tool ${name}`, {
    fix:
      near.length > 0
        ? `Did you mean ${near.slice(0, 5).join(', ')}?`
        : 'trpc-mcp list shows all that there are for this caller.',
  });
}

async function findByPath(
  tools: readonly Tool[],
  module: Target['module'],
  path: string,
): Promise<Tool | undefined> {
  if (!path.includes('.')) return undefined;
  const described =
    module &&
    (await module.core.catalog.describeCatalog(module.router, module.options).catch(() => undefined));
  const name = described?.tools.find((tool) => tool.path === path)?.name ?? path.replaceAll('.', '_');
  return tools.find((tool) => tool.name === name);
}

function isNear(name: string, asked: string): boolean {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z\d]/g, '');
  const [a, b] = [plain(name), plain(asked)];
  return a.includes(b) || b.includes(a);
}

async function callTool(
  client: Client,
  name: string,
  args: Record<string, unknown>,
  seconds: number,
  tell: Tell,
): Promise<CallToolResult> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop);
  try {
    return await client.callTool(
      { name, arguments: args },
      {
        signal: controller.signal,
        timeout: seconds * 1000,
        resetTimeoutOnProgress: false,
        onprogress: ({ progress, total, message }) =>
          tell(message ?? `${progress}${total === undefined ? '' : ` of ${total}`}`, progress, total),
      },
    );
  } catch (error) {
    if (controller.signal.aborted) throw new CliError('Cancelled.', { exitCode: exitCode.cancelled });
    const refused = toRefusedResult(error);
    if (refused) return refused;
    if (error instanceof UnauthorizedError) throw error;
    throw toCallError(name, error, seconds);
  } finally {
    process.off('SIGINT', stop);
  }
}

/** Whether a call was not answered: a credential is missing, or `fetch` failed, which throws a `TypeError`. */
function isLost(error: unknown): boolean {
  return error instanceof UnauthorizedError || error instanceof TypeError;
}

/** An endpoint answers a call that its app refuses with 401 or 403, and with the result as the body. */
function toRefusedResult(error: unknown): CallToolResult | undefined {
  if (!(error instanceof SdkHttpError)) return undefined;
  const body = error.message.slice(error.message.indexOf('{'));
  try {
    const { result } = JSON.parse(body) as { result?: CallToolResult };
    return result?.isError === true && Array.isArray(result.content) ? result : undefined;
  } catch {
    return undefined;
  }
}

function toCallError(name: string, error: unknown, seconds: number): unknown {
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout)
    return new CliError(`${name} did not answer within ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`, {
      exitCode: exitCode.failed,
      cause: error,
      fix: 'Give it more time with --timeout. The call was cancelled, and may have done a part of its work.',
    });
  if (error instanceof ProtocolError)
    return new CliError(error.message, {
      exitCode: exitCode.failed,
      cause: error,
      fix: `trpc-mcp list shows what ${name} takes; --json has its schema.`,
    });
  return error;
}
