import { tokens } from '../../src/sample/cast.ts';
import { sayings, toClaudeCommand } from '../../src/sample/tour.ts';
import { CopyButton } from './copy-button.tsx';

/** How to connect an agent, and what to say to it. */
export function Connect() {
  const command = toClaudeCommand(`${location.origin}/mcp`);
  return (
    <section aria-labelledby="agent" className="panel">
      <h2 id="agent">Connect your agent</h2>
      <p>
        The app has an agent of its own, in <a href="/chat">the chat</a>. To work here with yours:
      </p>
      <p>Claude Code, which sends you to a login page where you choose who you are:</p>
      <p className="token">
        <code>{command}</code>
        <CopyButton text={command} what="the command for Claude Code" />
      </p>
      <p>
        What you have connected is among <a href="/oauth/connections">your connections</a>, where you can end
        it. To be somebody else, <a href="/login">sign in</a> as them first.
      </p>
      <p>
        For other clients, <a href="/mcp#/connect">the inspector</a> has the configuration.
      </p>
      <h3>Then say, for example</h3>
      <dl className="sayings">
        {sayings.map(({ role, says }) => (
          <div key={says}>
            <dt>
              as {tokens[role].name} <span className="faint">{role}</span>
            </dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
