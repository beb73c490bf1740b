import type { McpSettings } from '../meta.ts';
import type { Callable } from './callable.ts';

/** Makes the description, with everything else that a model has to know before it calls. */
export function describe(
  { description, instructions, scopes }: McpSettings,
  fallback: string,
  { stream, paging }: { stream?: Callable['stream']; paging?: string | undefined } = {},
): string {
  const parts = [
    description ?? fallback,
    instructions,
    paging,
    stream && `It collects at most ${stream.maxItems} items, for at most ${stream.maxMs / 1000} seconds.`,
    scopes && `Needs the scopes: ${scopes.join(', ')}.`,
  ];
  return parts.filter(Boolean).join('\n\n');
}

/** `customers.findByEmail` → `Customers: find by email`. */
export function titleOf(path: string): string {
  const words = path
    .split('.')
    .map((segment) => segment.replace(/[_-]+|(?<=[a-z\d])(?=[A-Z])/g, ' ').toLowerCase());
  const title = words.length > 1 ? `${words.slice(0, -1).join(', ')}: ${words.at(-1)}` : words[0]!;
  return title.charAt(0).toUpperCase() + title.slice(1);
}

const effects = {
  query: 'It reads data and changes nothing',
  mutation: 'It may change data',
  subscription: 'It waits for what happens and tells it',
} as const satisfies Record<Callable['type'], string>;

/** Describes a procedure of which its author says nothing. */
export function descriptionOf(path: string, type: Callable['type']): string {
  return `Calls the ${type} "${path}" of this app. ${effects[type]}.`;
}
