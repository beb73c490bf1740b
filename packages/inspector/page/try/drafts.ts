import type { Tool } from '@modelcontextprotocol/client';
import { toHash } from '../route.ts';
import { type Extras, splitExtras } from './extras.ts';

/** What stood in the form of a tool when it was left. */
interface KeptDraft {
  own: Record<string, unknown>;
  extras: Extras;
}

/** The drafts of this tab, by the name of the tool. */
export const drafts = new Map<string, KeptDraft>();

/** Opens a tool with arguments of any size, files included, which no link could hold. It runs nothing. */
export function openAgain(tool: Tool, args: Readonly<Record<string, unknown>>): void {
  drafts.set(tool.name, splitExtras(tool, args));
  location.hash = toHash(['tools', tool.name]);
}
