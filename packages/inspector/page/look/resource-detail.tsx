import type { ReadResourceResult, Resource } from '@modelcontextprotocol/client';
import { useCallback, useEffect, useState } from 'react';
import { resourceChanges } from '../live/changes.ts';
import { toClock } from '../live/clock.ts';
import { SubscribeButton } from '../live/subscribe-button.tsx';
import { PlainText, ShortText } from '../parts/plain-text.tsx';
import { attempt, connection } from '../session/connection.ts';
import { useStore } from '../store.ts';
import { Contents } from './contents.tsx';
import { toMessage } from './list-status.tsx';

/** A resource: what is said of it, and what is in it. It is read when it is opened, and when it changes. */
export function ResourceDetail({ uri, resource }: { uri: string; resource: Resource | undefined }) {
  return (
    <article aria-labelledby="resource">
      <h2 id="resource">
        <ShortText text={resource?.title ?? resource?.name ?? uri} most={200} />
      </h2>
      <p className="identifier">
        <code>
          <PlainText text={uri} most={300} />
        </code>
      </p>
      {resource?.description !== undefined && (
        <p className="description">
          <PlainText text={resource.description} />
        </p>
      )}
      <ReadResource uri={uri} />
    </article>
  );
}

/** Reads a resource and shows it, again whenever the endpoint says that it has changed. */
export function ReadResource({ uri }: { uri: string }) {
  const isOpen = useStore(connection).kind === 'open';
  const changedAt = useStore(resourceChanges).get(uri);
  const [read, setRead] = useState<{ result: ReadResourceResult; at: number }>();
  const [error, setError] = useState<unknown>();
  const [isReading, setReading] = useState(false);
  const load = useCallback(
    async (signal?: AbortSignal) => {
      setReading(true);
      try {
        const result = await attempt((client) => client.readResource({ uri }, { cacheMode: 'refresh' }));
        if (signal?.aborted) return;
        setRead({ result, at: Date.now() });
        setError(undefined);
      } catch (thrown) {
        if (!signal?.aborted) setError(thrown);
      } finally {
        if (!signal?.aborted) setReading(false);
      }
    },
    [uri],
  );
  useEffect(() => {
    if (!isOpen) return undefined;
    const stop = new AbortController();
    void load(stop.signal);
    return () => stop.abort();
  }, [isOpen, load, changedAt]);
  return (
    <>
      <div className="filters">
        <button type="button" onClick={() => void load()} disabled={isReading}>
          Read again
        </button>
        <SubscribeButton uri={uri} />
      </div>
      <p role="status" className="faint">
        {isReading ? 'Reading…' : read && !error && `Read at ${toClock(read.at)}.`}
        {changedAt !== undefined && ` It changed at ${toClock(changedAt)}.`}
      </p>
      {error !== undefined && (
        <p role="alert" className="failure">
          The resource could not be read: <PlainText text={toMessage(error)} />
        </p>
      )}
      {error === undefined &&
        read?.result.contents.map((contents, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- two contents may have one URI
          <Contents key={index} contents={contents} isOwn={contents.uri === uri} />
        ))}
      {error === undefined && read?.result.contents.length === 0 && <p>The resource is empty.</p>}
    </>
  );
}
