import { useState } from 'react';
import { notices } from '../session/notices.ts';
import { useStore } from '../store.ts';
import { kindOf, noticeKinds, type NoticeKind, toNoticeWords } from './notice-words.ts';
import { NoticeItem } from './notice-item.tsx';
import { ReloadStatus } from './reload-status.tsx';
import { StreamStatus } from './stream-status.tsx';
import { SubscriptionList } from './subscription-list.tsx';

/** What the endpoint tells without being asked: changes, progress and log messages, as they come. */
export function LiveView() {
  const now = useStore(notices);
  const [paused, setPaused] = useState<typeof now>();
  const [kind, setKind] = useState<NoticeKind | 'all'>('all');
  const [query, setQuery] = useState('');
  const all = paused ?? now;
  const shown = all.filter(
    ({ method, params }) =>
      (kind === 'all' || kindOf(method) === kind) &&
      `${method} ${toNoticeWords(method, params)} ${JSON.stringify(params)}`
        .toLowerCase()
        .includes(query.trim().toLowerCase()),
  );
  const lastId = now.at(-1)?.id ?? 0;
  const more = paused ? now.filter(({ id }) => id > (paused.at(-1)?.id ?? 0)).length : 0;
  const clear = () => {
    notices.set([]);
    setPaused(undefined);
  };
  return (
    <>
      <h1>Live</h1>
      <StreamStatus />
      <ReloadStatus />
      <SubscriptionList />
      <h2>Notifications</h2>
      <div className="filters">
        <label>
          Search <input type="search" value={query} onChange={(event) => setQuery(event.target.value)} />
        </label>
        <label>
          Kind{' '}
          <select value={kind} onChange={(event) => setKind(event.target.value as NoticeKind | 'all')}>
            <option value="all">All</option>
            {Object.entries(noticeKinds).map(([value, title]) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          aria-pressed={paused !== undefined}
          onClick={() => setPaused(paused ? undefined : now)}
        >
          {paused ? 'Go on' : 'Pause'}
        </button>
        <button type="button" onClick={clear} disabled={lastId === 0}>
          Clear
        </button>
      </div>
      {paused && <p role="status">Paused. {more} more came since.</p>}
      {shown.length === 0 && (
        <p className="faint">{all.length === 0 ? 'Nothing has come yet.' : 'No notification fits.'}</p>
      )}
      <div role="log" aria-label="Notifications">
        <ol className="notices">
          {shown.toReversed().map((notice) => (
            <NoticeItem key={notice.id} notice={notice} />
          ))}
        </ol>
      </div>
    </>
  );
}
