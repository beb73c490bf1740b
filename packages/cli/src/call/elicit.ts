import type { ElicitRequest, ElicitResult } from '@modelcontextprotocol/client';
import type { Terminal } from '../terminal.ts';

interface Field {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  enumNames?: string[];
  oneOf?: { const: string; title?: string }[];
  items?: {
    enum?: string[];
    anyOf?: { const: string; title?: string }[];
    oneOf?: { const: string; title?: string }[];
  };
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  format?: string;
}

type Value = string | number | boolean | string[];

/** Answers what a tool asks: by asking the person at the terminal, or with yes where that was said before. */
export function createElicit(
  terminal: Terminal,
  saysYes: boolean,
): (params: ElicitRequest['params']) => Promise<ElicitResult> {
  return async (params) => {
    if (params.mode === 'url') return visit(params, terminal);
    const { properties = {}, required = [] } = params.requestedSchema as {
      properties?: Record<string, Field>;
      required?: string[];
    };
    const names = Object.keys(properties);
    if (
      saysYes &&
      names.every(
        (name) =>
          isAssent(properties[name]!) || properties[name]!.default !== undefined || !required.includes(name),
      )
    )
      return {
        action: 'accept',
        content: Object.fromEntries(names.flatMap((name) => assentTo(name, properties[name]!))),
      };
    terminal.note(`The tool asks: ${params.message}`);
    const instead = 'Run this at a terminal. To agree to what a tool asks before it runs, add --yes.';
    const isAsking = names.length === 0 || (names.length === 1 && isAssent(properties[names[0]!]!));
    if (isAsking) {
      const agreed = await terminal.confirm('Do you agree?', instead);
      if (!agreed) return { action: 'decline' };
      return { action: 'accept', content: Object.fromEntries(names.map((name) => [name, true])) };
    }
    const content: Record<string, Value> = {};
    for (const name of names) {
      const value = await askField(name, properties[name]!, required.includes(name), terminal, instead);
      if (value !== undefined) content[name] = value;
    }
    return { action: 'accept', content };
  };
}

async function visit(
  { message, url }: { message: string; url: string },
  terminal: Terminal,
): Promise<ElicitResult> {
  terminal.note(`The tool asks: ${message}\nIt wants you to visit: ${url}`);
  const visited = await terminal.confirm('Have you done that?', 'Run this at a terminal.');
  return { action: visited ? 'accept' : 'decline' };
}

/** A consent is one field that is to be `true`. */
function isAssent({ type }: Field): boolean {
  return type === 'boolean';
}

function assentTo(name: string, field: Field): [string, Value][] {
  if (field.default !== undefined && !isAssent(field)) return [[name, field.default as Value]];
  return isAssent(field) ? [[name, true]] : [];
}

async function askField(
  name: string,
  field: Field,
  isRequired: boolean,
  terminal: Terminal,
  instead: string,
): Promise<Value | undefined> {
  const { type, title = name, description } = field;
  const question = `${title}${description === undefined ? '' : ` (${description})`}${isRequired ? '' : ', optional'}`;
  if (type === 'boolean') return terminal.confirm(question, instead);
  const choices = choicesOf(field);
  if (type === 'array')
    return terminal.multiselect(question, choices, instead, (field.default ?? []) as string[]);
  if (choices.length > 0) {
    const none = { value: undefined, label: '(none)' };
    return terminal.select<string | undefined>(question, isRequired ? choices : [...choices, none], instead);
  }
  const initial =
    field.default === undefined
      ? {}
      : { initial: typeof field.default === 'string' ? field.default : JSON.stringify(field.default) };
  const text = await terminal.ask(question, instead, {
    ...initial,
    validate: (given) => problemOf(given, field, isRequired),
  });
  if (text === '' && !isRequired) return undefined;
  return type === 'number' || type === 'integer' ? Number(text) : text;
}

function choicesOf({ enum: values, enumNames, oneOf, items }: Field): { value: string; label: string }[] {
  const named = oneOf ?? items?.anyOf ?? items?.oneOf;
  if (named) return named.map(({ const: value, title }) => ({ value, label: title ?? value }));
  return (values ?? items?.enum ?? []).map((value, index) => ({ value, label: enumNames?.[index] ?? value }));
}

function problemOf(
  text: string,
  { type, minLength = 0, maxLength = Infinity, minimum = -Infinity, maximum = Infinity, format }: Field,
  isRequired: boolean,
): string | undefined {
  if (text === '') return isRequired ? 'An answer is needed.' : undefined;
  if (type === 'number' || type === 'integer') {
    const value = Number(text);
    if (Number.isNaN(value) || text.trim() === '') return 'Write a number.';
    if (type === 'integer' && !Number.isInteger(value)) return 'Write a whole number.';
    if (value < minimum) return `At least ${minimum}.`;
    return value > maximum ? `At most ${maximum}.` : undefined;
  }
  if (text.length < minLength) return `At least ${minLength} characters.`;
  if (text.length > maxLength) return `At most ${maxLength} characters.`;
  if (format === 'email' && !/^[^@\s]+@[^@\s]+$/.test(text)) return 'Write an e-mail address.';
  if (format === 'date' && !/^\d{4}-\d{2}-\d{2}$/.test(text)) return 'Write a date, such as 2026-11-28.';
  if (format === 'uri' && !URL.canParse(text)) return 'Write a URL.';
  return undefined;
}
