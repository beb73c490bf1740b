import type { CallRequest } from '../call/active-call.ts';
import { callItem } from '../call/call.ts';
import { toContents } from '../call/contents.ts';
import { toMessages } from '../call/messages.ts';
import type { Outcome } from '../call/outcome.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Resource } from '../catalog/resource.ts';
import { findSkillFile } from '../catalog/skills/skill-set.ts';
import { createListContext, spendTimeOfHidden } from './list-context.ts';
import type { ServerParts, Serving } from './serving.ts';
import { toSkillResult } from './advertise.ts';

/** Reads a resource by its URI. Returns `undefined` if it is missing, or hidden from this caller. */
export async function readResource(
  parts: ServerParts,
  serving: Serving,
  uri: string,
  request: CallRequest,
): Promise<Outcome | undefined> {
  const { catalog, exchange } = serving;
  const found = findResource(catalog, uri);
  const file = found ? undefined : findSkillFile(catalog.skills, uri);
  if (file) return { kind: 'result', result: toSkillResult({ contents: [file] }, parts, request.era) };
  if (!found) return spendTime(parts, serving, request);
  const { resource, args } = found;
  return callItem(parts, resource, args, { ...request, uri }, exchange, (_, value) =>
    toContents(resource, value, uri),
  );
}

/** Gets the messages of a prompt. Returns `undefined` if it is missing, or hidden from this caller. */
export async function getPrompt(
  parts: ServerParts,
  serving: Serving,
  name: string,
  args: unknown,
  request: CallRequest,
): Promise<Outcome | undefined> {
  const prompt = serving.catalog.prompts.get(name);
  if (!prompt) return spendTime(parts, serving, request);
  return callItem(parts, prompt, args, request, serving.exchange, toMessages);
}

/** Finds the resource that a URI is read from, with the values of the variables in its template. */
export function findResource(
  catalog: Catalog,
  uri: string,
): { resource: Resource; args: Record<string, unknown> | undefined } | undefined {
  const fixed = catalog.resources.get(uri);
  if (fixed) return { resource: fixed, args: undefined };
  for (const resource of catalog.templates) {
    const args = resource.uri.match(uri, resource.lists);
    if (args) return { resource, args };
  }
  return undefined;
}

async function spendTime(
  parts: ServerParts,
  { catalog, exchange }: Serving,
  request: CallRequest,
): Promise<undefined> {
  await spendTimeOfHidden(parts, catalog, () => createListContext(parts, exchange, request));
}
