import type { ClientTool, Listing, Severity } from '../finding.ts';

/** What the rules read: what `tools/list` has, and what else a model can learn ids from. */
export interface LintListing extends Listing {
  /** The URIs, templates and names of resources, if they are known. */
  resources?: readonly { uri: string; name?: string }[];
}

/** Something that makes a tool harder to use than it has to be, and that its author can change. */
export interface LintRule {
  /** Stays the same from version to version, for settings and for programs. */
  code: string;
  severity: Severity;
  /** What the rule finds. Completes "Finds …". */
  finds: string;
  /** What the author of a tool can change. */
  fix: string;
  /** Something that the rule finds, and what it would leave alone. */
  example: { found: string; fine: string };
  /** The numbers that a setting may change, with their defaults. */
  options?: Readonly<Record<string, number>>;
  find(listing: LintListing, options: Readonly<Record<string, number>>): LintFound[];
}

/** Something that a rule found. */
export interface LintFound {
  /** The name of the tool; `undefined` if it is about the whole list. */
  tool: string | undefined;
  /** Where in the tool: `description`, `inputSchema.properties.id`. `undefined` if it is about the whole list. */
  place: string | undefined;
  /** What is there. A sentence without a full stop. */
  message: string;
  /** In place of the fix of the rule, where more is known. */
  fix?: string;
}

/** What a rule says of one tool. */
type FoundInTool = Omit<LintFound, 'tool'>;

/** Makes a rule's `find` of a check of each tool. */
export function eachTool(
  check: (tool: ClientTool, listing: LintListing) => FoundInTool | readonly FoundInTool[] | undefined,
): LintRule['find'] {
  return (listing) =>
    listing.tools.flatMap((tool) => {
      const found = check(tool, listing);
      if (found === undefined) return [];
      return [found].flat().map((each: FoundInTool) => ({ tool: tool.name, ...each }));
    });
}

/** Lists a few names, and says how many more there are. */
export function nameSome(names: readonly string[], most = 3): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ');
}
