import {
  type ClientName,
  clientNames,
  clients,
  lintRules,
  type LintOptions,
  type LintSetting,
} from '@trpc-mcp/core/clients';
import { CliError } from '../cli-error.ts';
import { findNearest } from '../nearest.ts';
import { catalogRules } from './catalog-rules.ts';

/** What an app says of `lint`. */
export interface LintConfig {
  /** By the code of a rule, or `client/rule` for what one client does not take. `docs/lint.md` lists the codes. */
  rules?: Record<string, LintSetting>;
  /** The clients that matter, with all that they cut or ignore. By default all, with what they lose. */
  clients?: ClientName[];
  /** The most tokens that the list of tools may have. More is an error. */
  maxTokens?: number;
  /** By the name of a tool, the codes that are not reported of it. `*` stands for all codes, or all tools. */
  ignore?: Record<string, string[]>;
  /** The most warnings with which the command still succeeds. Any number by default. */
  maxWarnings?: number;
}

/** The codes of all rules, and the numbers that each takes. */
const numbersOf = new Map<string, readonly string[]>([
  ...[...lintRules, ...catalogRules].map(({ code, options = {} }): [string, string[]] => [
    code,
    Object.keys(options),
  ]),
  ...clientNames.flatMap((client) =>
    clients[client].rules.map(({ id }): [string, string[]] => [`${client}/${id}`, []]),
  ),
]);

const ruleCodes = [...numbersOf.keys()];
const keys = [
  'rules',
  'clients',
  'maxTokens',
  'ignore',
  'maxWarnings',
] as const satisfies (keyof LintConfig)[];
const settings = ['off', 'warning', 'error'] as const;

/** Checks what a configuration says of `lint`. Throws a `CliError` that says what to write instead. */
export function checkLintConfig(value: unknown = {}, where: string): LintConfig {
  if (!isRecord(value)) throw wrong(`lint in ${where} is no object`, 'Write { rules: { … } }.');
  for (const key of Object.keys(value)) {
    if (!keys.some((known) => known === key))
      throw wrong(`lint in ${where} has no setting "${key}"`, adviceFor(key, keys));
  }
  const { rules = {}, clients: names = [], maxTokens, maxWarnings, ignore = {} } = value;
  if (!isRecord(rules))
    throw wrong(`lint.rules in ${where} is no object`, "Write { 'list-unlimited': 'off' }.");
  for (const [code, setting] of Object.entries(rules)) checkSetting(code, setting, where);
  if (!Array.isArray(names))
    throw wrong(`lint.clients in ${where} is no list`, `Write names of clients: ${clientNames.join(', ')}.`);
  for (const name of names as unknown[]) {
    if (!clientNames.some((known) => known === name))
      throw wrong(
        `${where} names the client ${JSON.stringify(name)}, which is not known`,
        adviceFor(String(name), clientNames),
      );
  }
  for (const [key, number] of Object.entries({ maxTokens, maxWarnings })) {
    if (number !== undefined && !(typeof number === 'number' && number >= 0))
      throw wrong(`lint.${key} in ${where} is ${JSON.stringify(number)}`, 'Set a number of 0 or more.');
  }
  if (!isRecord(ignore))
    throw wrong(`lint.ignore in ${where} is no object`, "Write { users_list: ['list-unlimited'] }.");
  for (const [tool, codes] of Object.entries(ignore)) {
    if (!Array.isArray(codes))
      throw wrong(
        `lint.ignore.${tool} in ${where} is no list`,
        "Write a list of codes, such as ['list-unlimited'].",
      );
    for (const code of codes as unknown[]) if (code !== '*') checkCode(String(code), where);
  }
  return value;
}

/** Reads `--rule list-unlimited=off`. */
export function readRuleOption(text: string): [code: string, setting: LintSetting] {
  const [code = '', setting, ...more] = text.split('=');
  if (setting === undefined || more.length > 0)
    throw wrong(
      `--rule ${text} does not say how severe the rule is`,
      'Write --rule list-unlimited=off, =warning or =error.',
    );
  checkSetting(code, setting, '--rule');
  return [code, setting];
}

function checkSetting(code: string, setting: unknown, where: string): asserts setting is LintSetting {
  checkCode(code, where);
  const [severity, numbers] = Array.isArray(setting) ? (setting as unknown[]) : [setting];
  const isSeverity =
    settings.some((known) => known === severity) && !(Array.isArray(setting) && severity === 'off');
  if (!isSeverity)
    throw wrong(
      `${code} in ${where} is set to ${JSON.stringify(setting)}`,
      "Set 'off', 'warning', 'error', or ['warning', { … }].",
    );
  if (numbers === undefined) return;
  const known = numbersOf.get(code)!;
  if (!isRecord(numbers))
    throw wrong(`The options of ${code} in ${where} are no object`, 'Write ["warning", { … }].');
  for (const [name, number] of Object.entries(numbers)) {
    if (!known.includes(name))
      throw wrong(
        `${code} in ${where} has no option "${name}"`,
        known.length === 0 ? 'It takes no options.' : adviceFor(name, known),
      );
    if (!(typeof number === 'number' && number >= 0))
      throw wrong(
        `The option ${name} of ${code} in ${where} is ${JSON.stringify(number)}`,
        'Set a number of 0 or more.',
      );
  }
}

function checkCode(code: string, where: string): void {
  if (!numbersOf.has(code))
    throw wrong(`${where} names the rule "${code}", which does not exist`, adviceFor(code, ruleCodes));
}

function adviceFor(typed: string, known: readonly string[]): string {
  const nearest = findNearest(typed, known);
  const shown = known.filter((name) => !name.includes('/'));
  return nearest === undefined ? `There are: ${shown.join(', ')}.` : `Did you mean "${nearest}"?`;
}

function wrong(message: string, fix: string): CliError {
  return new CliError(message, { fix });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Joins what the configuration says with what the command line says, which wins. */
export function toLintOptions(
  config: LintConfig,
  given: { rule?: readonly string[]; client?: ClientName[]; maxTokens?: number },
): LintOptions {
  const {
    rules,
    clients: names = config.clients,
    maxTokens = config.maxTokens,
  } = {
    rules: { ...config.rules, ...Object.fromEntries((given.rule ?? []).map(readRuleOption)) },
    ...(given.client && { clients: given.client }),
    ...(given.maxTokens !== undefined && { maxTokens: given.maxTokens }),
  };
  return {
    rules,
    ...(names && { clients: names }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(config.ignore && { ignore: config.ignore }),
  };
}
