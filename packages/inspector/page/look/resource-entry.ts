import type { Resource, ResourceTemplateType } from '@modelcontextprotocol/client';
import { toHash } from '../route.ts';
import { createMatcher, type Matcher } from './search.ts';
import type { Row } from './virtual-list.tsx';

/** A resource, or a template of many, in the list. */
export interface ResourceEntry {
  /** Its URI, or its template. */
  uri: string;
  title: string;
  mimeType: string | undefined;
  size: number | undefined;
  matches: Matcher;
  resource?: Resource;
  template?: ResourceTemplateType;
}

export function toResourceEntries(
  resources: readonly Resource[],
  templates: readonly ResourceTemplateType[],
): ResourceEntry[] {
  return [
    ...resources.map((resource) => ({ ...toEntry(resource, resource.uri), resource })),
    ...templates.map((template) => ({ ...toEntry(template, template.uriTemplate), template })),
  ];
}

export function toResourceRows(entries: readonly ResourceEntry[]): Row<ResourceEntry>[] {
  const groups = [
    { title: 'Resources', members: entries.filter(({ resource }) => resource) },
    { title: 'Templates', members: entries.filter(({ template }) => template) },
  ];
  return groups
    .filter(({ members }) => members.length > 0)
    .flatMap(({ title, members }): Row<ResourceEntry>[] => [
      { kind: 'heading', title, count: members.length },
      ...members.map((value): Row<ResourceEntry> => ({ kind: 'entry', value })),
    ]);
}

/** The address of a resource on this page. */
export function resourceHashOf(uri: string): string {
  return toHash(['resources', uri]);
}

function toEntry(
  listed: Resource | ResourceTemplateType,
  uri: string,
): Omit<ResourceEntry, 'resource' | 'template'> {
  const { name, title, description, mimeType } = listed;
  return {
    uri,
    title: title ?? name,
    mimeType,
    size: 'size' in listed && typeof listed.size === 'number' ? listed.size : undefined,
    matches: createMatcher([name, title, description, uri, mimeType]),
  };
}
