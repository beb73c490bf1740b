import type { CallToolResult, ReadResourceResult, Resource, Tool } from '@modelcontextprotocol/client';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { revealHidden } from '../parts/hidden-characters.ts';
import { attempt } from '../session/connection.ts';
import { listing } from '../session/listing.ts';
import { useStore } from '../store.ts';
import { type AppWish, openApp } from './app-host.ts';
import { AppWishDialog } from './app-wish-dialog.tsx';
import { type App, readApp } from './app.ts';

interface AppProps {
  uri: string;
  tool: Tool;
  args: Record<string, unknown>;
  result: CallToolResult;
}

/** The result in the MCP App of its tool. */
export function AppView({ uri, tool, args, result }: AppProps) {
  const [read, setRead] = useState<{ contents?: ReadResourceResult; trouble?: string }>({});
  // A tool can run before the resources are listed.
  const listed = useStore(listing)?.resources.find((resource) => resource.uri === uri)?._meta;
  useEffect(() => {
    let isGone = false;
    const change = (next: typeof read) => !isGone && setRead(next);
    attempt((client) => client.readResource({ uri })).then(
      (contents) => change({ contents }),
      (error: unknown) => change({ trouble: wordsOf(error) }),
    );
    return () => {
      isGone = true;
    };
  }, [uri]);
  const { contents } = read;
  const { app, trouble = read.trouble } = useMemo(
    () => (contents ? tryToReadApp(contents, uri, listed) : {}),
    [contents, uri, listed],
  );
  if (trouble !== undefined)
    return <p role="alert">The app cannot be shown. {revealHidden(trouble.slice(0, 2000))}</p>;
  if (!app) return <p role="status">Reading the app…</p>;
  return (
    <>
      {app.refused.length > 0 && (
        <p className="warn">
          This app asks for what this page does not give:{' '}
          {revealHidden(app.refused.join(', ').slice(0, 1000))}. It reaches nobody but the endpoint, and may
          look different here.
        </p>
      )}
      <OpenApp app={app} tool={tool} args={args} result={result} />
    </>
  );
}

/** How many wishes of an app wait for the person. Others are refused. */
const mostWishes = 3;
const mostNotes = 20;
const mostCharacters = 2000;

interface Wish {
  id: number;
  wish: AppWish;
  answer: (isAllowed: boolean) => void;
}

function OpenApp({ app: { html }, tool, args, result }: Omit<AppProps, 'uri'> & { app: App }) {
  const place = useRef<HTMLDivElement>(null);
  const close = useRef<() => void>(undefined);
  const [wishes, setWishes] = useState<readonly Wish[]>([]);
  const [notes, setNotes] = useState<readonly { id: number; what: string; text: string }[]>([]);
  const [isEnded, setEnded] = useState(false);
  // A layout effect, because the frame is still in the page when it is cleaned up.
  useLayoutEffect(() => {
    if (!place.current) return undefined;
    let waiting: readonly Wish[] = [];
    let last = 0;
    let isGone = false;
    const setWaiting = (next: readonly Wish[]) => {
      waiting = next;
      if (!isGone) setWishes(next);
    };
    setWishes([]);
    setNotes([]);
    setEnded(false);
    close.current = openApp({
      html,
      tool,
      args,
      result,
      place: place.current,
      ask: (wish) =>
        new Promise((resolve) => {
          if (isGone || waiting.length >= mostWishes) return resolve(false);
          const id = ++last;
          const answer = (isAllowed: boolean) => {
            setWaiting(waiting.filter((each) => each.id !== id));
            resolve(isAllowed);
          };
          setWaiting([...waiting, { id, wish, answer }]);
        }),
      tell: (what, text) =>
        isGone ||
        setNotes((all) => [
          ...all.slice(1 - mostNotes),
          { id: ++last, what, text: text.slice(0, mostCharacters) },
        ]),
      onEnd: () => {
        for (const { answer } of waiting) answer(false);
        if (!isGone) setEnded(true);
      },
    });
    return () => {
      isGone = true;
      close.current?.();
    };
  }, [html, tool, args, result]);
  const [first] = wishes;
  return (
    <>
      <div className="app" ref={place} hidden={isEnded} />
      {isEnded ? (
        <p role="status">The app has ended.</p>
      ) : (
        <p className="row">
          <button type="button" onClick={() => close.current?.()}>
            Close the app
          </button>
        </p>
      )}
      {notes.length > 0 && (
        <section aria-label="What the app says">
          <ul className="plain" role="log">
            {notes.map(({ id, what, text }) => (
              <li key={id}>
                <span className="faint">{revealHidden(what)}:</span> <bdi>{revealHidden(text)}</bdi>
              </li>
            ))}
          </ul>
          <p className="faint">Nothing of this is sent to anybody.</p>
        </section>
      )}
      {first && <AppWishDialog key={first.id} wish={first.wish} answer={first.answer} />}
    </>
  );
}

function tryToReadApp(
  contents: ReadResourceResult,
  uri: string,
  listed: Resource['_meta'],
): { app?: App; trouble?: string } {
  try {
    return { app: readApp(contents, uri, listed) };
  } catch (error) {
    return { trouble: wordsOf(error) };
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
