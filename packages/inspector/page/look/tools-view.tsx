import { useDeferredValue, useMemo, useState } from 'react';
import { ReloadStatus } from '../live/reload-status.tsx';
import { ShortText } from '../parts/plain-text.tsx';
import { useRoute } from '../route.ts';
import { listing } from '../session/listing.ts';
import { useStore } from '../store.ts';
import { BadgeList } from './badge-list.tsx';
import { type BadgeKind, badgeKinds } from './badge.ts';
import { hashOf, toEntries, toRows } from './entry.ts';
import { ListStatus } from './list-status.tsx';
import { ListSummary } from './list-summary.tsx';
import { SplitView } from './split-view.tsx';
import { ToolDetail } from './tool-detail.tsx';
import { VirtualList } from './virtual-list.tsx';

/** The tools by area, with search, and the one that is chosen. */
export function ToolsView() {
  const { path, query: parameters } = useRoute();
  const listed = useStore(listing);
  const [query, setQuery] = useState('');
  const [kind, setKind] = useState<BadgeKind | 'all'>('all');
  // Typing goes on while a long list is still being filtered.
  const [lateQuery, lateKind] = [useDeferredValue(query), useDeferredValue(kind)];
  const entries = useMemo(() => toEntries(listed?.tools ?? []), [listed?.tools]);
  const found = useMemo(
    () =>
      entries.filter(
        ({ kinds, matches }) => (lateKind === 'all' || kinds.has(lateKind)) && matches(lateQuery),
      ),
    [entries, lateKind, lateQuery],
  );
  const rows = useMemo(() => toRows(found), [found]);
  const kinds = useMemo(() => new Set(entries.flatMap((entry) => [...entry.kinds])), [entries]);
  const name = path[1];
  const copy = Number(parameters.get('copy') ?? 0);
  const chosen =
    entries.find((entry) => entry.tool.name === name && entry.copy === copy) ??
    entries.find((entry) => entry.tool.name === name);
  const list = (
    <>
      <div className="filters">
        <label>
          <span className="unseen">Search tools</span>
          <input
            type="search"
            placeholder="Name or argument…"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </label>
        <label>
          <span className="unseen">Which tools</span>
          <select value={kind} onChange={(event) => setKind(event.target.value as BadgeKind | 'all')}>
            <option value="all">All</option>
            {Object.entries(badgeKinds)
              .filter(([value]) => kinds.has(value as BadgeKind))
              .map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
          </select>
        </label>
      </div>
      <p role="status" className="count">
        {listed && toCount(found.length, entries.length)}
      </p>
      <ListStatus name="tools" />
      <VirtualList
        label="Tools"
        rows={rows}
        keyOf={({ tool, copy: own }) => `${own} ${tool.name}`}
        chosen={chosen && `${chosen.copy} ${chosen.tool.name}`}
      >
        {({ tool, copy: own }, link) => (
          <a className="entry" href={hashOf(tool.name, own)} {...link}>
            <span className="entry-title">
              <ShortText text={tool.title ?? tool.annotations?.title ?? tool.name} />
            </span>
            <BadgeList tool={tool} />
            <span className="entry-name">
              <ShortText text={tool.name} />
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
        title="Tools"
        place="tools"
        chosen={name === undefined ? undefined : hashOf(name, copy)}
        list={list}
      >
        {chosen && <ToolDetail key={`${chosen.copy} ${name}`} tool={chosen.tool} copy={chosen.copy} />}
        {!chosen && name !== undefined && listed && (
          <p role="alert">
            The endpoint lists no tool with the name <ShortText text={name} /> for you.
          </p>
        )}
        {name === undefined && listed && entries.length > 0 && <ListSummary listing={listed} />}
      </SplitView>
    </>
  );
}

function toCount(found: number, all: number): string {
  if (all === 0) return '';
  const tools = all === 1 ? '1 tool' : `${all.toLocaleString('en')} tools`;
  return found === all ? tools : `${found.toLocaleString('en')} of ${tools}`;
}
