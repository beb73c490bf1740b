import { useMemo, useState } from 'react';
import { ReloadStatus } from '../live/reload-status.tsx';
import { ShortText } from '../parts/plain-text.tsx';
import { toHash, useRoute } from '../route.ts';
import { listing } from '../session/listing.ts';
import { useStore } from '../store.ts';
import { ListStatus } from './list-status.tsx';
import { PromptDetail } from './prompt-detail.tsx';
import { createMatcher } from './search.ts';
import { SplitView } from './split-view.tsx';
import { type Row, VirtualList } from './virtual-list.tsx';

/** The prompts, and the one that is chosen. */
export function PromptsView() {
  const { path } = useRoute();
  const prompts = useStore(listing)?.prompts;
  const [query, setQuery] = useState('');
  const entries = useMemo(
    () =>
      (prompts ?? []).map((prompt) => ({
        prompt,
        matches: createMatcher([
          prompt.name,
          prompt.title,
          prompt.description,
          ...(prompt.arguments ?? []).map(({ name }) => name),
        ]),
      })),
    [prompts],
  );
  const rows = useMemo(
    () =>
      entries
        .filter(({ matches }) => matches(query))
        .map((value): Row<(typeof entries)[number]> => ({ kind: 'entry', value })),
    [entries, query],
  );
  const name = path[1];
  const chosen = prompts?.find((prompt) => prompt.name === name);
  const list = (
    <>
      <div className="filters">
        <label>
          <span className="unseen">Search prompts</span>
          <input
            type="search"
            placeholder="Name or argument…"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </label>
      </div>
      <ListStatus name="prompts" />
      <VirtualList label="Prompts" rows={rows} keyOf={({ prompt }) => prompt.name} chosen={name}>
        {({ prompt }, link) => (
          <a className="entry" href={toHash(['prompts', prompt.name])} {...link}>
            <span className="entry-title">
              <ShortText text={prompt.title ?? prompt.name} />
            </span>
            <span className="entry-name">
              <ShortText text={prompt.name} />
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
        title="Prompts"
        place="prompts"
        chosen={name === undefined ? undefined : toHash(['prompts', name])}
        list={list}
      >
        {chosen && <PromptDetail key={name} prompt={chosen} />}
        {!chosen && name !== undefined && prompts && (
          <p role="alert">
            The endpoint lists no prompt with the name <ShortText text={name} /> for you.
          </p>
        )}
        {name === undefined && entries.length > 0 && <p className="faint">Choose a prompt to fill it in.</p>}
      </SplitView>
    </>
  );
}
