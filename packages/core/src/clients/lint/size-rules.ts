import { estimateTokens } from '../../tokens.ts';
import type { ClientTool } from '../finding.ts';
import { eachTool, type LintListing, type LintRule } from './rule.ts';

/** How many tokens a list may have where nobody says it: a tenth of a context window of 200,000. */
const defaultListTokens = 20_000;
const defaultToolTokens = 2_000;

/** How much of a model's attention the list takes. */
export const sizeRules: LintRule[] = [
  {
    code: 'list-tokens',
    severity: 'warning',
    finds: 'a list of tools with more tokens than `maxTokens`, estimated as a quarter of its characters',
    fix: "expose fewer procedures, shorten what is largest, leave output schemas out with outputSchemas: 'small', or set discovery: 'search'",
    example: {
      found: '120 tools with 21,900 tokens',
      fine: 'the same tools behind a search, with 1,000 tokens',
    },
    options: { maxTokens: defaultListTokens },
    find({ tools }: LintListing, { maxTokens = defaultListTokens }) {
      const sizes = tools.map((tool) => ({ name: tool.name, tokens: tokensOf(tool) }));
      const total = sizes.reduce((sum, { tokens }) => sum + tokens, 0);
      if (total <= maxTokens) return [];
      const largest = sizes.toSorted((one, other) => other.tokens - one.tokens).slice(0, 3);
      const named = largest.map(({ name, tokens }) => `${name} ${tokens}`).join(', ');
      const message = `${tools.length} ${tools.length === 1 ? 'tool has' : 'tools have'} about ${total} tokens, and maxTokens is ${maxTokens}; the largest: ${named}`;
      return [{ tool: undefined, place: undefined, message }];
    },
  },
  {
    code: 'tool-tokens',
    severity: 'warning',
    finds: 'one tool with more tokens than `maxTokens` of this rule',
    fix: 'shorten its descriptions, name parts of its schema that occur twice, or split it into two tools',
    example: { found: 'a tool with 3,000 tokens', fine: 'tools of 50 to 500 tokens' },
    options: { maxTokens: defaultToolTokens },
    find(listing, { maxTokens = defaultToolTokens }) {
      return eachTool((tool) => {
        const tokens = tokensOf(tool);
        if (tokens <= maxTokens) return undefined;
        const sizes = partsOf(tool).map(
          ([part, value]) => [part, estimateTokens(JSON.stringify(value))] as const,
        );
        const [place, most] = sizes.toSorted(([, one], [, other]) => other - one)[0]!;
        const message = `it has about ${tokens} tokens, of which ${most} are its ${place}; at most ${maxTokens} are allowed`;
        return { place, message };
      })(listing, {});
    },
  },
];

function tokensOf(tool: ClientTool): number {
  return estimateTokens(JSON.stringify(tool));
}

function partsOf(tool: ClientTool): [string, unknown][] {
  return Object.entries(tool).filter(([, value]) => value !== undefined);
}
