import { useEffect, useState } from 'react';
import { ResultView } from '../result/result-view.tsx';
import { toHash } from '../route.ts';
import { questions } from '../session/questions.ts';
import { wire } from '../session/wire.ts';
import { useStore } from '../store.ts';
import { Disclosure } from './disclosure.tsx';
import { ExchangeView } from './exchange-view.tsx';
import { cancelRun, type Run, startRun } from './runs.ts';

/** One call: how far it is, what it gave, and what was sent and received. */
export function RunView({ run }: { run: Run }) {
  const { outcome, result, failure, progress } = run;
  const isAsking = useStore(questions).length > 0 && outcome === 'running';
  return (
    <section className="run" aria-label="The last call">
      <div className="run-head">
        <p role="status" className={`run-outcome run-${outcome}`}>
          {isAsking ? 'Waiting for your answer.' : wordsOf[outcome]}
          {outcome === 'running' && !isAsking && progress?.message ? `: ${progress.message}` : ''}
        </p>
        <Elapsed run={run} />
        {outcome === 'running' && (
          <button type="button" onClick={() => cancelRun(run.id)}>
            Cancel
          </button>
        )}
      </div>
      {outcome === 'running' && !isAsking && <ProgressBar progress={progress} />}
      {failure && (
        <div role="alert" className="run-failure">
          <h3>{failure.what}</h3>
          <p>
            {failure.fix} {failure.action === 'sign-in' && <a href={toHash(['connect'])}>Sign in</a>}
          </p>
        </div>
      )}
      {result && (
        <ResultView
          tool={run.tool}
          args={run.args}
          result={result}
          onArguments={(changes) => void startRun(run.tool, { ...run.args, ...changes })}
        />
      )}
      <Exchanges run={run} />
    </section>
  );
}

/** What is said of each outcome. */
export const wordsOf: Record<Run['outcome'], string> = {
  running: 'Running',
  answered: 'Answered',
  refused: 'The tool answered with an error, which a model reads as it stands below',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** Writes a time that something took: `120 ms`, `3.4 s`. */
export function toDuration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function ProgressBar({ progress }: { progress: Run['progress'] }) {
  const total = progress?.total;
  const has = progress !== undefined && total !== undefined && total > 0;
  return (
    <div className="run-progress">
      <progress aria-label="Progress of the call" {...(has && { value: progress.progress, max: total })} />
      {progress && <span>{has ? `${progress.progress} of ${total}` : progress.progress}</span>}
    </div>
  );
}

/** How long the call has taken. It is no status, so that a screen reader does not read it all the time. */
function Elapsed({ run: { at, ms } }: { run: Run }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (ms !== undefined) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, [ms]);
  return <span className="run-time">{toDuration(ms ?? Math.max(0, now - at))}</span>;
}

function Exchanges({ run }: { run: Run }) {
  const all = useStore(wire).filter(({ id }) => run.exchanges.includes(id));
  return (
    <Disclosure summary={`Request and response${all.length > 1 ? ` (${all.length} requests)` : ''}`}>
      {() =>
        all.length === 0 ? (
          <p>They are not kept any more: the page keeps the last requests of the tab.</p>
        ) : (
          all.map((exchange) => <ExchangeView key={exchange.id} exchange={exchange} />)
        )
      }
    </Disclosure>
  );
}
