import type { SetupProblem } from '../setup-error.ts';
import { estimateTokens } from '../tokens.ts';
import type { Era } from './era.ts';
import type { Tool } from './tool.ts';

/** How much of a model's attention the lists may take. */
export interface Budget {
  /** The most tokens that `tools/list` may have, estimated as a quarter of its characters. */
  listTokens?: number;
}

/** How many tokens the list of tools has, and which of them are the largest. */
export interface ListSize {
  tools: number;
  tokens: number;
  /** The ten largest, largest first. */
  largest: { name: string; tokens: number }[];
}

/** A tool with its entries in the list. */
type ListedIn = Pick<Tool, 'name' | 'listed'>;

const mostTold = 10;

/** Measures the list of these tools, in the era where it is longer. */
export function sizeOf(tools: readonly ListedIn[]): ListSize {
  const inEra = (era: Era) =>
    tools.map(({ name, listed }) => ({ name, tokens: estimateTokens(JSON.stringify(listed[era])) }));
  const total = (entries: readonly { tokens: number }[]) =>
    entries.reduce((sum, { tokens }) => sum + tokens, 0);
  const [modern, legacy] = [inEra('modern'), inEra('legacy')];
  const longer = total(modern) < total(legacy) ? legacy : modern;
  const largest = longer.toSorted((one, other) => other.tokens - one.tokens).slice(0, mostTold);
  return { tools: tools.length, tokens: total(longer), largest };
}

/** Says the size in one line, for the developer. */
export function describeSize({ tools, tokens, largest }: ListSize): string {
  const list = `${tools} ${tools === 1 ? 'tool' : 'tools'}, about ${tokens} tokens in tools/list`;
  return tools === 0 ? list : `${list}; ${tools > largest.length ? 'the largest: ' : ''}${wordsFor(largest)}`;
}

/** Returns a problem if the list has more tokens than the app allows. */
export function checkBudget(tools: readonly ListedIn[], { listTokens }: Budget = {}): SetupProblem[] {
  // A limit of a wrong kind is a problem of its own.
  if (typeof listTokens !== 'number' || !(listTokens >= 0)) return [];
  const size = sizeOf(tools);
  if (size.tokens <= listTokens) return [];
  const message = `tools/list has about ${size.tokens} tokens, and budget.listTokens is ${listTokens}; expose fewer procedures, shorten what is largest (${wordsFor(size.largest)}), or leave output schemas out with outputSchemas: 'small' or false`;
  return [{ code: 'BUDGET_EXCEEDED', path: 'budget.listTokens', message }];
}

function wordsFor(largest: ListSize['largest']): string {
  return largest.map(({ name, tokens }) => `${name} ${tokens}`).join(', ');
}
