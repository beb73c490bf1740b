import { type ClientName, checkTools, clientNames, clients } from '../profiles.ts';
import type { Severity } from '../finding.ts';
import { argumentRules } from './argument-rules.ts';
import { descriptionRules } from './description-rules.ts';
import { withoutFront } from './front.ts';
import { idRule } from './id-rule.ts';
import { listRule } from './list-rule.ts';
import { mutationRules } from './mutation-rules.ts';
import { nameRules } from './name-rules.ts';
import type { LintListing, LintRule } from './rule.ts';
import { sizeRules } from './size-rules.ts';

export type { LintFound, LintListing, LintRule } from './rule.ts';

/** Everything that is found in a list alone, besides what clients do not take. */
export const lintRules: readonly LintRule[] = [
  ...descriptionRules,
  ...argumentRules,
  idRule,
  listRule,
  ...mutationRules,
  ...nameRules,
  ...sizeRules,
];

/** Something to change, with its place. */
export interface LintFinding {
  /** The code of the rule. For what a client does not take: the client and the id of its rule, `cursor/name-length`. */
  code: string;
  severity: Severity;
  /** `undefined` if it is about the whole list. */
  tool: string | undefined;
  /** Where in the tool: `description`, `inputSchema.properties.id`. */
  place: string | undefined;
  message: string;
  fix: string;
}

/** Off, a severity, or a severity with the numbers of the rule. */
export type LintSetting =
  'off' | Severity | readonly [severity: Severity, options: Readonly<Record<string, number>>];

/** Which rules `lintTools` checks, and how strictly. */
export interface LintOptions {
  /** By the code of a rule, or `client/rule`. */
  rules?: Readonly<Record<string, LintSetting>>;
  /**
   * The clients whose needs are checked, with what they only cut or ignore. By default all, with only what loses a tool, and
   * with texts that are cut.
   */
  clients?: readonly ClientName[];
  /** The most tokens that the list may have. More is an error then. */
  maxTokens?: number;
  /** The codes that are not reported of a tool, by its name. `*` stands for all codes, or for all tools. */
  ignore?: Readonly<Record<string, readonly string[]>>;
}

/** Finds what makes a list of tools harder to use than it has to be, in the order of the tools; whole lists come last. */
export function lintTools(listing: LintListing, options: LintOptions = {}): LintFinding[] {
  const own = withoutFront(listing);
  const findings = lintRules.flatMap((rule): LintFinding[] => {
    const setting = toSetting(rule, options);
    if (setting === undefined) return [];
    const read = rule.code === 'list-tokens' || rule.code === 'tool-tokens' ? listing : own;
    return rule.find(read, setting.options).map(({ tool, place, message, fix = rule.fix }) => {
      return { code: rule.code, severity: setting.severity, tool, place, message, fix };
    });
  });
  const order = new Map(listing.tools.map(({ name }, index) => [name, index]));
  const orderOf = ({ tool }: LintFinding) => (tool === undefined ? order.size : (order.get(tool) ?? 0));
  return [...findings, ...lintClients(listing, options)]
    .filter((finding) => !isIgnored(finding, options))
    .toSorted((one, other) => orderOf(one) - orderOf(other));
}

/** Makes the severity and the numbers of a rule, or `undefined` if it is off. */
function toSetting(
  { code, severity, options: defaults = {} }: LintRule,
  { rules = {}, maxTokens }: LintOptions,
): { severity: Severity; options: Record<string, number> } | undefined {
  const setting = Object.hasOwn(rules, code) ? rules[code] : undefined;
  if (setting === 'off') return undefined;
  const [own, numbers] = typeof setting === 'object' ? setting : [setting, {}];
  const isLimited = code === 'list-tokens' && maxTokens !== undefined;
  return {
    severity: own ?? (isLimited ? 'error' : severity),
    options: { ...defaults, ...numbers, ...(isLimited && { maxTokens }) },
  };
}

function lintClients(listing: LintListing, { clients: names, rules = {} }: LintOptions): LintFinding[] {
  const { tools, ...server } = listing;
  return checkTools(tools, names ?? clientNames, server).flatMap((found): LintFinding[] => {
    const rule = clients[found.client].rules.find(({ id }) => id === found.rule);
    const isToBeTold = names !== undefined || found.severity === 'error' || rule?.isTold === true;
    const code = `${found.client}/${found.rule}`;
    const setting = Object.hasOwn(rules, code) ? rules[code] : undefined;
    if (setting === 'off' || (setting === undefined && !isToBeTold)) return [];
    const severity = (typeof setting === 'object' ? setting[0] : setting) ?? found.severity;
    return [{ code, severity, tool: found.tool, place: undefined, message: found.message, fix: found.fix }];
  });
}

function isIgnored({ tool = '', code }: LintFinding, { ignore = {} }: LintOptions): boolean {
  const codes = [tool, '*'].flatMap((name) => (Object.hasOwn(ignore, name) ? ignore[name]! : []));
  return codes.includes(code) || codes.includes('*');
}
