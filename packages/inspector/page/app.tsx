import { useEffect } from 'react';
import { ConnectView } from './connect/connect-view.tsx';
import { LiveView } from './live/live-view.tsx';
import { LookView } from './look/look-view.tsx';
import { toHash, useRoute } from './route.ts';
import { connect, connection } from './session/connection.ts';
import { AppIcon } from './shell/app-icon.tsx';
import { EraSwitch } from './shell/era-switch.tsx';
import { FailureBanner } from './shell/failure-banner.tsx';
import { SignInDialog } from './shell/sign-in-dialog.tsx';
import { Trouble } from './shell/trouble.tsx';
import { Who } from './shell/who.tsx';
import { useStore } from './store.ts';
import { HistoryView } from './try/history-view.tsx';
import { QuestionDialog } from './try/question-dialog.tsx';
import { WireView } from './try/wire-view.tsx';

const places = [
  { name: 'connect', title: 'Connect', View: ConnectView },
  { name: 'tools', title: 'Tools', View: LookView },
  { name: 'resources', title: 'Resources', View: LookView },
  { name: 'prompts', title: 'Prompts', View: LookView },
  { name: 'history', title: 'History', View: HistoryView },
  { name: 'live', title: 'Live', View: LiveView },
  { name: 'wire', title: 'Requests', View: WireView },
] as const;

/** The page: who the endpoint is, where one can go, and what is shown of it. */
export function App() {
  const { path } = useRoute();
  const open = useStore(connection);
  useEffect(() => void connect(), []);
  const place = places.find(({ name }) => name === path[0]) ?? places[0];
  const name = open.kind === 'open' ? (open.server.title ?? open.server.name) : '';
  useEffect(() => {
    document.title = name ? `${name}: MCP` : 'MCP inspector';
  }, [name]);
  return (
    <>
      <a className="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <header>
        <span className="app-name">
          {open.kind === 'open' && <AppIcon server={open.server} size={24} />}
          <strong>{name || 'MCP endpoint'}</strong>
        </span>
        <nav aria-label="Parts of the inspector">
          {places.map(({ name: to, title }) => (
            <a key={to} href={toHash([to])} aria-current={to === place.name ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <span className="session">
          <EraSwitch />
          <Who />
        </span>
      </header>
      <main id="main" tabIndex={-1}>
        <FailureBanner />
        <Trouble key={path.join('/')}>
          <place.View />
        </Trouble>
      </main>
      <QuestionDialog />
      <SignInDialog />
    </>
  );
}

/** The fragment of the URL says what is shown, so that the link does not go there. */
function skip(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#main')?.focus();
}
