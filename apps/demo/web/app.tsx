import { useMemo, useState } from 'react';
import { Activity } from './activity/activity.tsx';
import { useFeed } from './activity/use-feed.ts';
import { createClient } from './client.ts';
import { Connect } from './parts/connect.tsx';
import { People } from './people/people.tsx';
import { PersonChoice } from './people/person-choice.tsx';
import { type Person, visitor } from './people/person.ts';
import { SignUpPanel } from './sign-ups/sign-up-panel.tsx';
import { useSignUps } from './sign-ups/use-sign-ups.ts';

/** The page: what this is, who one can be, what agents do, and how to connect one. */
export function App() {
  const [person, setPerson] = useState(visitor);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header>
        <h1>Back office</h1>
        <nav aria-label="Elsewhere">
          <a href="/chat">Chat</a>
          <a href="/mcp">Inspector</a>
          <a href="/login">Sign in</a>
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        <p className="lead">
          The back office of a made-up software company, with one tRPC router. This page calls it at{' '}
          <code>/trpc</code>, agents call it at <code>/mcp</code>, and both go through the same middleware, so
          an agent may do what its person may do, and nothing else.
        </p>
        <People />
        <PersonChoice person={person} onChoose={setPerson} />
        {/* Whoever looks next begins afresh, with a client of their own. */}
        <Office key={person.role} person={person} />
        <Connect />
      </main>
    </>
  );
}

function Office({ person }: { person: Person }) {
  const client = useMemo(() => createClient(person.token), [person.token]);
  const feed = useFeed(client);
  // Sign-ups may be others after an agent has added some, and after the page was cut off.
  const lastSignUp = feed.calls?.find(({ ok, path }) => ok && path.startsWith('signUps.'))?.id ?? 'none';
  const signUps = useSignUps(client, `${Math.max(0, feed.reconnections)} ${lastSignUp}`);
  return (
    <div className="office">
      <Activity feed={feed} person={person} />
      <SignUpPanel signUps={signUps} />
    </div>
  );
}
