import { emptinessOf } from './empty-text.ts';
import { readDescription } from './own-description.ts';
import { eachTool, type LintFound, type LintListing, type LintRule, nameSome } from './rule.ts';

const place = 'description';

/** What the descriptions of tools lack. */
export const descriptionRules: LintRule[] = [
  {
    code: 'description-missing',
    severity: 'warning',
    finds: 'tools without a description',
    fix: 'set mcp.description: what the tool does, and when to use it',
    example: { found: 'no description', fine: 'Returns one customer with plan, trial and account status.' },
    find: eachTool(({ description }) => {
      const { text } = readDescription(description);
      return /[\p{L}\p{N}]/u.test(text) ? undefined : { place, message: 'it has no description' };
    }),
  },
  {
    code: 'description-made-up',
    severity: 'warning',
    finds: 'descriptions that this package made of the path, because nobody wrote one',
    fix: 'set mcp.description, or write a description in the schema of the input',
    example: {
      found: 'Calls the query "customers.get" of this app. It reads data and changes nothing.',
      fine: 'Returns one customer with plan, trial and account status.',
    },
    find: eachTool(({ description }) =>
      readDescription(description).isMadeUp
        ? { place, message: 'nobody has described it: its description was made of its path' }
        : undefined,
    ),
  },
  {
    code: 'description-says-nothing',
    severity: 'warning',
    finds: 'descriptions that repeat the name or title, or that somebody meant to write later',
    fix: 'say in mcp.description what the name does not: what comes back, what it is for, what it refuses',
    example: {
      found: '"Gets the customer." for customers_get; "TODO"',
      fine: 'Returns one customer with plan, trial and account status.',
    },
    find: eachTool(({ name, title = '', description }) => {
      const { text, isMadeUp } = readDescription(description);
      if (isMadeUp || !/[\p{L}\p{N}]/u.test(text)) return undefined;
      const emptiness = emptinessOf(text, [name, title]) ?? shortnessOf(text);
      return emptiness === undefined ? undefined : { place, message: `its description ${emptiness}` };
    }),
  },
  {
    code: 'description-repeated',
    severity: 'warning',
    finds: 'tools that have the same description as another one',
    fix: 'say in each description what sets the tool apart from the others',
    example: {
      found: '"Manages users." for both users_invite and users_remove',
      fine: '"Invites somebody by email." and "Removes somebody from the team."',
    },
    find: findRepeated,
  },
];

const leastCharacters = 10;

/** One word in a script with spaces says nothing; in others, few characters may be a sentence. */
function shortnessOf(text: string): string | undefined {
  if (!/^[\p{Script=Latin}\p{Script=Common}]*$/u.test(text)) return undefined;
  const isShort = text.length < leastCharacters || text.split(/\s+/).length < 2;
  return isShort ? `is too short to tell when to use it (${JSON.stringify(text)})` : undefined;
}

function findRepeated({ tools }: LintListing): LintFound[] {
  const groups = new Map<string, string[]>();
  for (const { name, description } of tools) {
    const { text, isMadeUp } = readDescription(description);
    const key = (text.match(/[\p{L}\p{N}]+/gu) ?? []).join(' ').toLowerCase();
    if (!isMadeUp && key !== '') groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups.values()]
    .filter((names) => names.length > 1)
    .flatMap((names) =>
      names.flatMap((tool) => {
        const others = names.filter((name) => name !== tool);
        // An endpoint may list a tool twice.
        if (others.length === 0) return [];
        return { tool, place, message: `it has the same description as ${nameSome(others)}` };
      }),
    );
}
