import type { Person } from '../people/person.ts';
import { InspectorLink } from '../people/inspector-link.tsx';
import { Arguments } from './arguments.tsx';
import type { Call, Feed } from './feed.ts';

const connections = {
  connecting: 'Connecting…',
  live: 'Live: new calls appear here by themselves.',
  lost: 'The connection was lost. Connecting again…',
};

/** What agents did, the newest first, and what they do meanwhile. */
export function Activity({ feed, person }: { feed: Feed; person: Person }) {
  return (
    <section aria-labelledby="activity" className="panel">
      <h2 id="activity">What agents did</h2>
      {feed.refusal === undefined ? (
        <>
          <p role="status" className={`connection ${feed.connection}`}>
            {connections[feed.connection]}
          </p>
          <p role="status" className="for-screen-readers">
            {feed.news}
          </p>
          {feed.calls?.length === 0 && <Nothing person={person} />}
          {feed.calls && feed.calls.length > 0 && <Calls calls={feed.calls} fresh={feed.fresh} />}
        </>
      ) : (
        <Refusal person={person}>{feed.refusal}</Refusal>
      )}
    </section>
  );
}

function Nothing({ person }: { person: Person }) {
  return (
    <p>
      No agent has called yet. <InspectorLink person={person} />, run a tool such as{' '}
      <code>customers_search</code>, and it appears here at once. So does what your own agent does.
    </p>
  );
}

function Refusal({ person, children }: { person: Person; children: string }) {
  return (
    <div role="status">
      <p>What agents did is for staff, and {person.firstName} is not. The router’s middleware says:</p>
      <blockquote>{children}</blockquote>
      <p>An agent that works for {person.firstName} reads the same words.</p>
    </div>
  );
}

function Calls({ calls, fresh }: { calls: readonly Call[]; fresh: ReadonlySet<string> }) {
  return (
    <div className="calls" role="region" aria-label="Calls" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Who, client</th>
            <th scope="col">Tool, arguments</th>
            <th scope="col">Outcome, duration</th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <Row key={call.id} call={call} isFresh={fresh.has(call.id)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The revisions of MCP that a client speaks: those since 2026-07-28, or those before. */
const eras: Record<Call['era'], string> = { modern: 'MCP of 2026', legacy: 'MCP of 2025' };

function Row({ call, isFresh }: { call: Call; isFresh: boolean }) {
  const { at, person, client, era, tool, ok, error, ms } = call;
  return (
    <tr className={isFresh ? 'fresh' : undefined}>
      <td>
        <time dateTime={at.toISOString()}>{toClock(at)}</time>
        {isFresh && <span className="mark">new</span>}
      </td>
      <td>
        {person.name} <span className="faint">{person.role}</span>
        <small>
          {client}, {eras[era]}
        </small>
      </td>
      <td>
        <code className="tool">{tool}</code>
        <small>
          <Arguments value={call.arguments} />
        </small>
      </td>
      <td>
        <span className={ok ? 'good' : 'bad'}>{ok ? 'done' : (error ?? 'failed')}</span>
        <small>{ms} ms</small>
      </td>
    </tr>
  );
}

function toClock(at: Date): string {
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday
    ? at.toLocaleTimeString()
    : at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
