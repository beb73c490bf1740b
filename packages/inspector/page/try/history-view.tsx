import { useMemo, useState } from 'react';
import { useStore } from '../store.ts';
import { cancelRun, clearRuns, type Run, runs } from './runs.ts';
import { RunView, toDuration } from './run-view.tsx';
import { openAgain } from './drafts.ts';

/** The calls of this tab, the newest first. */
export function HistoryView() {
  const all = useStore(runs);
  return (
    <>
      <h1>History</h1>
      <p>The calls of this tab. They are kept in its memory, and gone when it is closed.</p>
      {all.length === 0 && <p>There are none yet.</p>}
      {all.length > 0 && (
        <>
          <ol className="history">
            {all.toReversed().map((run) => (
              <Entry key={run.id} run={run} />
            ))}
          </ol>
          <button type="button" onClick={clearRuns}>
            Clear the history
          </button>
        </>
      )}
    </>
  );
}

function Entry({ run }: { run: Run }) {
  const [isOpen, setOpen] = useState(false);
  const { id, tool, args, at, ms, outcome } = run;
  const text = useMemo(() => shorten(JSON.stringify(args)), [args]);
  return (
    <li>
      <div className="history-entry">
        <time dateTime={new Date(at).toISOString()}>{new Date(at).toLocaleTimeString()}</time>
        <strong>{tool.name}</strong>
        <span className={`run-outcome run-${outcome}`}>{outcome}</span>
        {ms !== undefined && <span>{toDuration(ms)}</span>}
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide' : 'Show'} what it gave
        </button>
        <button type="button" onClick={() => openAgain(tool, args)}>
          Open {tool.name} again
        </button>
        {outcome === 'running' && (
          <button type="button" onClick={() => cancelRun(id)}>
            Cancel
          </button>
        )}
      </div>
      <code className="history-args">{text}</code>
      {isOpen && <RunView run={run} />}
    </li>
  );
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
