import { ProtocolError, ProtocolErrorCode, type Result } from '@modelcontextprotocol/server';
import type { Era } from '../catalog/era.ts';
import { findByUri, type SkillSet } from '../catalog/skills/skill-set.ts';
import { toSkillResult } from './advertise.ts';
import type { ServerParts } from './serving.ts';

/** The methods that the extension for skills adds. Files of skills are read with `resources/read`, as other resources are. */
export const skillMethods = ['skills/list', 'skills/get', 'resources/directory/read'] as const;

interface SkillParams {
  uri?: string;
  cursor?: unknown;
}

/**
 * Answers a method of the extension. Throws a `ProtocolError` if there is nothing at the URI, or if the cursor is not valid.
 * @see https://modelcontextprotocol.io/extensions/skills/overview
 */
export function answerOfSkills(
  parts: Pick<ServerParts, 'isPublic'>,
  skills: SkillSet | undefined,
  method: (typeof skillMethods)[number],
  { uri = '', cursor }: SkillParams,
  era: Era,
): Result {
  if (method === 'skills/list') {
    const { page, ...next } = toPage([...(skills?.skills.values() ?? [])], cursor);
    return toSkillResult({ skills: page, ...next }, parts, era);
  }
  if (method === 'skills/get') {
    const skill = skills && findByUri(skills.skills, uri);
    if (!skill) throw notFound('No skill has this URI, which is that of its SKILL.md', uri);
    return toSkillResult({ skill }, parts, era);
  }
  const children = skills && findByUri(skills.folders, uri);
  if (!children) throw notFound('No folder of a skill has this URI', uri);
  const { page, ...next } = toPage(children, cursor);
  return toSkillResult({ resources: page, ...next }, parts, era);
}

/** @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/pagination#error-handling */
export function invalidCursor(): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    'Invalid cursor: pass the nextCursor of a page, as it was',
  );
}

const pageSize = 100;

/** One page of items that are in the order of their URIs. The cursor is the last URI of the page before. */
function toPage<TItem extends { uri?: string }>(
  items: readonly TItem[],
  cursor: unknown,
): { page: TItem[]; nextCursor?: string } {
  const after = readCursor(cursor);
  const rest = items.filter(({ uri }) => uri! > after);
  const page = rest.slice(0, pageSize);
  return { page, ...(rest.length > pageSize && { nextCursor: btoa(encodeURIComponent(page.at(-1)!.uri!)) }) };
}

/** Some clients send an empty text for the first page. */
function readCursor(cursor: unknown): string {
  if (cursor === undefined || cursor === '') return '';
  try {
    const uri = decodeURIComponent(atob(cursor as string));
    if (typeof cursor === 'string' && uri.startsWith('skill://')) return uri;
  } catch {
    // It is none of ours.
  }
  throw invalidCursor();
}

function notFound(message: string, uri: string): ProtocolError {
  const told = uri.length > 100 ? `${uri.slice(0, 100)}…` : uri;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `${message}: ${told}`);
}
