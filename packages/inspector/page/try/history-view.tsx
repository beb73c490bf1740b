import { useState } from 'react';
import { useStore } from '../store.ts';
import { cancelRun, clearRuns, type Run, runs } from './runs.ts';
import { RunView, toDuration } from './run-view.tsx';
import { toToolLink } from './link.ts';

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
  const { href, leftOut } = toToolLink(tool.name, args, '');
  return (
    <li>
      <div className="history-entry">
        <time dateTime={new Date(at).toISOString()}>{new Date(at).toLocaleTimeString()}</time>
        <a href={href}>{tool.name}</a>
        <span className={`run-outcome run-${outcome}`}>{outcome}</span>
        {ms !== undefined && <span>{toDuration(ms)}</span>}
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide' : 'Show'} what it gave
        </button>
        {outcome === 'running' && (
          <button type="button" onClick={() => cancelRun(id)}>
            Cancel
          </button>
        )}
      </div>
      <code className="history-args">{shorten(JSON.stringify(args))}</code>
      {leftOut.length > 0 && (
        <p className="field-hint">The link leaves out {leftOut.join(', ')}: too long.</p>
      )}
      {isOpen && <RunView run={run} />}
    </li>
  );
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
