import { SignUpChart } from './sign-up-chart.tsx';
import type { SignUps, Week } from './use-sign-ups.ts';
import { toChange, toDay, toSummary } from './week.ts';

/** Sign-ups week over week: in words, as a chart, and as a table. */
export function SignUpPanel({ signUps: { weeks, problem } }: { signUps: SignUps }) {
  return (
    <section aria-labelledby="sign-ups" className="panel">
      <h2 id="sign-ups">Sign-ups, week over week</h2>
      {problem !== undefined && <p role="status">{problem}</p>}
      {weeks && (
        <>
          <p>{toSummary(weeks)}</p>
          <SignUpChart weeks={weeks} />
          <details>
            <summary>The same as a table</summary>
            <Table weeks={weeks} />
          </details>
        </>
      )}
      {!weeks && problem === undefined && <p>Loading…</p>}
    </section>
  );
}

function Table({ weeks }: { weeks: readonly Week[] }) {
  return (
    <table>
      <caption>Sign-ups of each week, Monday to Sunday, UTC</caption>
      <thead>
        <tr>
          <th scope="col">Week of</th>
          <th scope="col">Sign-ups</th>
          <th scope="col">Change</th>
        </tr>
      </thead>
      <tbody>
        {weeks.toReversed().map((week) => (
          <tr key={week.startsAt.getTime()}>
            <th scope="row">
              {toDay(week)}
              {week.running && ' (running)'}
            </th>
            <td>{week.signUps}</td>
            <td>{toChange(week)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
