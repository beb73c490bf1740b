import { CopyButton } from '../parts/copy-button.tsx';
import { InspectorLink } from './inspector-link.tsx';
import { people } from './person.ts';

/** The people whom a visitor or an agent can be, with what each may do. */
export function People() {
  return (
    <section aria-labelledby="people">
      <h2 id="people">Who you can be</h2>
      <p className="lead">
        Whoever has a token is that person, over tRPC and over MCP. The inspector opens in a tab of its own,
        so that you can watch here what you do there.
      </p>
      <ul className="people">
        {people.map((person) => (
          <li key={person.role} className="panel">
            <h3>
              {person.name} <span className="faint">{person.role}</span>
            </h3>
            <p>
              {person.firstName} {person.may}.
            </p>
            <p className="token">
              <code>{person.token}</code>
              <CopyButton text={person.token} what={`the token of ${person.firstName}`} />
            </p>
            <p>
              <InspectorLink person={person} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
