import { useDeferredValue, useMemo, useState } from 'react';
import { ReloadStatus } from '../live/reload-status.tsx';
import { ShortText } from '../parts/plain-text.tsx';
import { useRoute } from '../route.ts';
import { listing } from '../session/listing.ts';
import { useStore } from '../store.ts';
import { ListStatus } from './list-status.tsx';
import { ResourceDetail } from './resource-detail.tsx';
import { toSize } from '../parts/size.ts';
import { resourceHashOf, toResourceEntries, toResourceRows } from './resource-entry.ts';
import { SplitView } from './split-view.tsx';
import { TemplateDetail } from './template-detail.tsx';
import { VirtualList } from './virtual-list.tsx';

/** The resources and templates, and the one that is chosen. */
export function ResourcesView() {
  const { path } = useRoute();
  const listed = useStore(listing);
  const [query, setQuery] = useState('');
  const lateQuery = useDeferredValue(query);
  const entries = useMemo(
    () => toResourceEntries(listed?.resources ?? [], listed?.templates ?? []),
    [listed?.resources, listed?.templates],
  );
  const rows = useMemo(
    () => toResourceRows(entries.filter(({ matches }) => matches(lateQuery))),
    [entries, lateQuery],
  );
  const uri = path[1];
  const chosen = entries.find((entry) => entry.uri === uri);
  const list = (
    <>
      <div className="filters">
        <label>
          <span className="unseen">Search resources</span>
          <input
            type="search"
            placeholder="Name, URI, type…"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </label>
      </div>
      <p role="status" className="count">
        {listed && entries.length > 0 && toCount(rows.filter(({ kind }) => kind === 'entry').length)}
      </p>
      {entries.length === 0 && <ListStatus name="resources" noun="resources" />}
      <VirtualList label="Resources" rows={rows} keyOf={(entry) => entry.uri} chosen={uri}>
        {(entry, link) => (
          <a className="entry" href={resourceHashOf(entry.uri)} {...link}>
            <span className="entry-title">
              <ShortText text={entry.title} />
            </span>
            <span className="badges faint">
              <ShortText
                text={[entry.mimeType, entry.size !== undefined && toSize(entry.size)]
                  .filter(Boolean)
                  .join(', ')}
                most={40}
              />
            </span>
            <span className="entry-name">
              <ShortText text={entry.uri} />
            </span>
          </a>
        )}
      </VirtualList>
    </>
  );
  return (
    <>
      <ReloadStatus />
      <SplitView
        title="Resources"
        place="resources"
        chosen={uri === undefined ? undefined : resourceHashOf(uri)}
        list={list}
      >
        {chosen?.template && <TemplateDetail key={uri} template={chosen.template} />}
        {uri !== undefined && !chosen?.template && (
          <ResourceDetail key={uri} uri={uri} resource={chosen?.resource} />
        )}
        {uri === undefined && entries.length > 0 && <p className="faint">Choose a resource to read it.</p>}
      </SplitView>
    </>
  );
}

function toCount(count: number): string {
  return count === 1 ? '1 resource or template' : `${count.toLocaleString('en')} resources and templates`;
}
