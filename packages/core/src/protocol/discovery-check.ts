import { takenByStandIns, toStandInRules } from '../catalog/as-tools.ts';
import { isCodeMode } from '../catalog/code-mode.ts';
import { aFunction } from '../catalog/kind.ts';
import { checkName } from '../catalog/name.ts';
import { isRecord } from '../record.ts';
import type { HandlerOptions } from './options.ts';

/** Returns what is wrong with the option `discovery`, and what to pass. Only an app without types can get it wrong. */
export function findDiscoveryProblem({ discovery, asTools }: HandlerOptions): string | undefined {
  const given: unknown = discovery;
  if (given === undefined || given === 'list' || given === 'search') return undefined;
  if (aFunction.takes(given)) return `it is a function; call it, as in discovery: codeMode()`;
  if (isCodeMode(given)) {
    const isTaken = asTools === undefined || typeof asTools === 'boolean' || isRecord(asTools);
    const wrong = findWrong(given, isTaken ? takenByStandIns(toStandInRules(asTools)) : []);
    return wrong && `it is a code mode, and ${wrong}; pass what codeMode() of @trpc-mcp/code returns`;
  }
  return isSearch(given)
    ? undefined
    : 'it has to be "list", "search", { over, find }, where over is a number and find a function, or what codeMode() of @trpc-mcp/code returns';
}

function isSearch(value: unknown): boolean {
  return isRecord(value) && isCount(value['over']) && isFunctionOrAbsent(value['find']);
}

function findWrong(code: object, taken: readonly string[]): string | undefined {
  const { tools, call, over = 0, find } = code as Record<string, unknown>;
  if (!aFunction.takes(call)) return 'its call is not a function';
  if (!isCount(over)) return 'its over is not a number of 0 or more';
  if (!isFunctionOrAbsent(find)) return 'its find is not a function';
  if (!Array.isArray(tools)) return 'its tools are not a list';
  for (const [index, tool] of tools.entries()) {
    const wrong = findWrongTool(tool);
    if (wrong !== undefined) return `tools[${index}] ${wrong}`;
  }
  const names = tools.map((tool) => (tool as { name: string }).name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) return `two of its tools are named ${twice}`;
  const clash = names.find((name) => taken.includes(name));
  if (clash !== undefined) return `its tool ${clash} has the name of one that asTools adds`;
  return tools.some((tool) => (tool as { does: unknown }).does === 'run')
    ? undefined
    : 'none of its tools runs code, with does: "run"';
}

function findWrongTool(tool: unknown): string | undefined {
  if (!isRecord(tool)) return 'is not an object';
  const { does, name, title, description, inputSchema } = tool;
  if (does !== 'search' && does !== 'run') return 'has to say what it does: "search" or "run"';
  if (checkName(name, '')) return `has a name that clients do not accept`;
  if (typeof title !== 'string' || typeof description !== 'string')
    return 'has to have a title and a description';
  return isRecord(inputSchema) && inputSchema['type'] === 'object'
    ? undefined
    : 'has to have an inputSchema of the type "object"';
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function isFunctionOrAbsent(value: unknown): boolean {
  return value === undefined || aFunction.takes(value);
}
