import { wire, type WireExchange } from '../session/wire.ts';
import { useStore } from '../store.ts';
import { Disclosure } from './disclosure.tsx';
import { ExchangeView } from './exchange-view.tsx';
import { toDuration } from './run-view.tsx';

/** The requests of this page and their responses, the newest first. */
export function WireView() {
  const all = useStore(wire);
  return (
    <>
      <h1>Requests</h1>
      <p>All that this tab has sent, and what came back. Nothing of it leaves the memory of the tab.</p>
      <div className="wire-list">
        {all.toReversed().map((exchange) => (
          <Entry key={exchange.id} exchange={exchange} />
        ))}
      </div>
      {all.length > 0 && (
        <button type="button" onClick={() => wire.set([])}>
          Clear
        </button>
      )}
    </>
  );
}

function Entry({ exchange }: { exchange: WireExchange }) {
  const { at, method, status, ms, failure, url, requestBody } = exchange;
  const outcome = status === undefined ? (failure === undefined ? 'running' : 'no response') : String(status);
  return (
    <Disclosure
      summary={
        <>
          <span className="wire-time">{new Date(at).toLocaleTimeString()}</span> {method}{' '}
          <strong>{readMethod(requestBody) ?? new URL(url).pathname}</strong> {outcome}
          {ms !== undefined && ` in ${toDuration(ms)}`}
        </>
      }
    >
      {() => <ExchangeView exchange={exchange} />}
    </Disclosure>
  );
}

/** What is asked for: `tools/call customers_search`. */
function readMethod(body: string | undefined): string | undefined {
  if (!body) return undefined;
  try {
    const { method, params } = JSON.parse(body) as { method?: unknown; params?: { name?: unknown } };
    if (typeof method !== 'string') return 'answer';
    return typeof params?.name === 'string' ? `${method} ${params.name}` : method;
  } catch {
    return undefined;
  }
}
