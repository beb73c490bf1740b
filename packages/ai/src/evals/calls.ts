import { AsyncLocalStorage } from 'node:async_hooks';
import type { OnCall } from '@trpc-mcp/core';
import type { ToolSet } from 'ai';
import type { EvalCall } from './call.ts';
import type { RecordedCall } from './record.ts';

/** What a tool did that a model called: how it ended, and which tools of the app it called itself. */
interface Made {
  inner: EvalCall[];
  refused?: string;
  message?: string;
}

const running = new AsyncLocalStorage<Made>();

/** The hook around every call of the app. It sees the calls that are made by search and by code, too. */
export const watchCalls: OnCall = async ({ tool, input, next }) => {
  const made = running.getStore();
  if (made === undefined || tool.kind !== 'tool') return next();
  const call: EvalCall = { tool: tool.name, path: tool.path, input: toJson(input) };
  made.inner.push(call);
  const outcome = await next();
  if (outcome.ok) return outcome;
  // With the answer, the same call comes once more.
  if (outcome.instead === 'question') made.inner.splice(made.inner.indexOf(call), 1);
  else if (outcome.instead === undefined) call.refused = outcome.error.code;
  return outcome;
};

/** The part of what an eval knows of the app's tools that tells calls apart. */
interface KnownTools {
  isOfApp: (tool: string) => boolean;
  pathOf: (tool: string) => string | undefined;
}

/** The calls of one repetition, by the id that the model gave them. */
export class CallLog {
  /** Some models give each of their calls the same id: those of one id and one tool stand in their order. */
  readonly #made = new Map<string, Made[]>();

  /** The same tools. What they do is noted. */
  watch(tools: ToolSet): ToolSet {
    const watched = Object.entries(tools).map(([name, tool]) => [name, this.#watchTool(name, tool)] as const);
    // Without a prototype, as those of `aiTools`: `constructor` is no tool.
    return Object.setPrototypeOf(Object.fromEntries(watched), null) as ToolSet;
  }

  /** Lists the calls of the app's own tools, in the order in which the model asked for them. */
  list(asked: readonly (RecordedCall & { id: string })[], { isOfApp, pathOf }: KnownTools): EvalCall[] {
    const seen = new Map<string, number>();
    return asked.flatMap(({ id, tool, input }): EvalCall[] => {
      const key = toKey(id, tool);
      const at = seen.get(key) ?? 0;
      const made = this.#made.get(key)?.[at];
      const path = pathOf(tool);
      const withPath = path !== undefined && { path };
      if (made === undefined) return [{ tool, ...withPath, input, refused: 'NOT_CALLED' }];
      seen.set(key, at + 1);
      const { inner, refused, message } = made;
      const end = { ...(refused !== undefined && { refused }), ...(message !== undefined && { message }) };
      if (isOfApp(tool)) return [{ tool, ...withPath, input, ...end }];
      const { name, arguments: args } = toNamed(input);
      if (inner.length === 1 && inner[0]!.tool === name) return [{ ...inner[0]!, input: args, ...end }];
      // It was refused before it reached the app.
      if (inner.length === 0 && name !== undefined && refused !== undefined)
        return [
          { tool: name, ...(pathOf(name) !== undefined && { path: pathOf(name) }), input: args, ...end },
        ];
      return inner;
    });
  }

  #watchTool<TTool extends ToolSet[string]>(name: string, tool: TTool): TTool {
    const { execute } = tool as { execute?: (input: unknown, options: { toolCallId: string }) => unknown };
    if (execute === undefined) return tool;
    const watched = async (input: unknown, options: { toolCallId: string }): Promise<unknown> => {
      const made: Made = { inner: [] };
      const key = toKey(options.toolCallId, name);
      this.#made.set(key, [...(this.#made.get(key) ?? []), made]);
      try {
        return await running.run(made, () => execute.call(tool, input, options));
      } catch (thrown) {
        made.refused = toCode(thrown);
        made.message = thrown instanceof Error ? thrown.message : String(thrown);
        throw thrown;
      }
    };
    return { ...tool, execute: watched };
  }
}

function toKey(id: string, tool: string): string {
  return JSON.stringify([id, tool]);
}

function toCode(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'ERROR';
}

/** `call_tool` and its like take the name of a tool and its arguments. */
function toNamed(input: unknown): { name?: string; arguments?: unknown } {
  if (typeof input !== 'object' || input === null) return {};
  const { name, arguments: args } = input as { name?: unknown; arguments?: unknown };
  return typeof name === 'string' ? { name, arguments: args ?? {} } : {};
}

function toJson(input: unknown): unknown {
  if (input === undefined) return undefined;
  try {
    return JSON.parse(
      JSON.stringify(input, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ) as unknown;
  } catch {
    return undefined;
  }
}
