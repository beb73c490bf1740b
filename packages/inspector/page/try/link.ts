import { toHash } from '../route.ts';

type Arguments = Record<string, unknown>;

/** A link to a tool with its arguments, and the arguments that it leaves out because they are too long for one. */
export interface ToolLink {
  href: string;
  leftOut: string[];
}

/** Writes the link. An argument that is a file, or is otherwise longer than a link should be, is left out. */
export function toToolLink(name: string, args: Readonly<Arguments>, page: string): ToolLink {
  const kept: Arguments = {};
  const leftOut: string[] = [];
  let length = 0;
  for (const [key, value] of Object.entries(args)) {
    // A key of an earlier call would show the answer of that call in place of a new one.
    if (key === '_idempotencyKey') continue;
    const json = JSON.stringify(value) ?? '';
    const size = json.length > mostOfOne ? json.length : encodeURIComponent(json).length + key.length;
    if (size > mostOfOne || length + size > mostOfAll) leftOut.push(key);
    else {
      length += size;
      Object.defineProperty(kept, key, { value, enumerable: true });
    }
  }
  const query = Object.keys(kept).length > 0 ? { args: JSON.stringify(kept) } : undefined;
  return { href: `${page.split('#')[0]}${toHash(['tools', name], query)}`, leftOut };
}

/** Reads the arguments of a link. `undefined` if they are none. */
export function readLinkArguments(text: string): Arguments | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Arguments)
      : undefined;
  } catch {
    return undefined;
  }
}

const mostOfOne = 2000;
const mostOfAll = 6000;
