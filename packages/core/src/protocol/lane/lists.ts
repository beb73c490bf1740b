import type { CallRequest } from '../../call/active-call.ts';
import type { FailureOutcome } from '../../call/outcome.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Era } from '../../catalog/era.ts';
import type { SkillContents } from '../../catalog/skills/skill-set.ts';
import { cacheHintsOf, itemsOf, toDiscovery, toEntries, toListResult, toSkillResult } from '../advertise.ts';
import { indexOf } from '../discovery/search.ts';
import { createPersonalLists } from '../personal-list.ts';
import type { ServerParts, Serving } from '../serving.ts';
import { toBytes } from './reply.ts';

/** Makes what is answered without a call, up to the id: these answers differ only in that, which comes last. */
export interface Lists {
  /** The tools, or what `server/discover` tells. Serialized once for each catalog, when it is first asked for. */
  shared(catalog: Catalog, kind: Era | 'discover'): Uint8Array;
  /** The tools that this caller may know of, or why the caller is refused. */
  personal(serving: Serving, request: CallRequest): Promise<Uint8Array | FailureOutcome>;
  /** A file of a skill. The same for everybody, as long as the app runs. */
  file(file: SkillContents, era: Era): Uint8Array;
}

/** `modernTail` is what each result of 2026 ends with. */
export function createLists(parts: ServerParts, modernTail: string): Lists {
  const lists = new WeakMap<Catalog, Partial<Record<Era | 'discover', Uint8Array>>>();
  const files = new WeakMap<SkillContents, Record<Era, Uint8Array>>();

  const writeList = (catalog: Catalog, kind: Era | 'discover'): Uint8Array => {
    if (kind === 'discover') return toBytes(toDiscovery(parts, catalog), modernTail);
    const list = toListResult('tools/list', toEntries(itemsOf(catalog, 'tools/list'), kind));
    // Whoever lists searches next.
    if (catalog.front) indexOf(catalog);
    if (kind === 'legacy') return toBytes(list, '');
    return toBytes({ ...list, ...cacheHintsOf(parts, catalog)['tools/list'] }, modernTail);
  };

  const writeFile = (file: SkillContents): Record<Era, Uint8Array> => {
    const toRead = (era: Era) => toSkillResult({ contents: [file] }, parts, era);
    return { modern: toBytes(toRead('modern'), modernTail), legacy: toBytes(toRead('legacy'), '') };
  };

  return {
    shared(catalog, kind) {
      let made = lists.get(catalog);
      if (!made) lists.set(catalog, (made = {}));
      return (made[kind] ??= writeList(catalog, kind));
    },
    personal: createPersonalLists(parts, modernTail),
    file(file, era) {
      const made = files.get(file) ?? writeFile(file);
      files.set(file, made);
      return made[era];
    },
  };
}
