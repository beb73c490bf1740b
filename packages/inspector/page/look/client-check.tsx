import { type ClientName, clientNames, clients } from '@trpc-mcp/core/clients';
import { useState } from 'react';
import { PlainText, ShortText } from '../parts/plain-text.tsx';
import { connection } from '../session/connection.ts';
import { listing } from '../session/listing.ts';
import { useStore } from '../store.ts';
import { type ClientFinding, findForClient } from './check.ts';
import { hashOf } from './entry.ts';
import { useLateValue } from './late-value.ts';
import { toMessage } from './list-status.tsx';

/** The client that the person has chosen last, for all tools. */
let lastChosen: ClientName = clientNames[0]!;

/** What another client makes of one tool, or of the whole list: what it refuses, cuts, drops or renames. */
export function ClientCheck({ tool }: { tool?: string }) {
  const listed = useStore(listing);
  const open = useStore(connection);
  const [client, setClient] = useState(lastChosen);
  const instructions = open.kind === 'open' ? open.instructions : undefined;
  const late = useLateValue(
    () => (listed ? findForClient(listed, client, { instructions }) : []),
    [listed, client, instructions],
  );
  const choose = (name: ClientName) => {
    lastChosen = name;
    setClient(name);
  };
  const { title, facts } = clients[client];
  return (
    <div className="check">
      <label>
        Client{' '}
        <select value={client} onChange={(event) => choose(event.target.value as ClientName)}>
          {clientNames.map((name) => (
            <option key={name} value={name}>
              {clients[name].title}
            </option>
          ))}
        </select>
      </label>
      <div role="status">
        {late === undefined && <p>Checking…</p>}
        {late !== undefined && 'error' in late && (
          <p>
            The list could not be checked: <PlainText text={toMessage(late.error)} />
          </p>
        )}
      </div>
      {late !== undefined && 'value' in late && (
        <ClientFindings found={late.value} tool={tool} title={title} />
      )}
      {facts.length > 0 && (
        <details>
          <summary>What {title} does with tools of any endpoint</summary>
          <ul className="findings">
            {facts.map(({ does, source, date }) => (
              <li key={does}>
                {title} {does}. <Source source={source} date={date} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function ClientFindings(props: { found: readonly ClientFinding[]; tool: string | undefined; title: string }) {
  const { found, tool, title } = props;
  const ofTool = found.filter((finding) => tool === undefined || finding.tool === tool);
  // One tool that a client cannot take may cost it all others, also this one.
  const ofOthers = tool === undefined ? [] : found.filter((one) => one.tool !== tool && one.losesAll);
  const ofList = tool === undefined ? [] : found.filter((one) => one.tool === undefined && !one.losesAll);
  const all = [...ofTool, ...ofOthers, ...ofList];
  if (all.length === 0)
    return (
      <p>
        {title} takes {tool === undefined ? 'all tools' : 'this tool'} as{' '}
        {tool === undefined ? 'they are' : 'it is'}.
      </p>
    );
  return (
    <>
      <ul className="findings">
        {all.slice(0, mostFindings).map((finding, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- two findings may say the same
          <li key={index} className={finding.severity}>
            <strong>{finding.severity === 'error' ? 'Lost' : 'Changed'}</strong>{' '}
            {finding.tool !== undefined && finding.tool !== tool && (
              <>
                <a href={hashOf(finding.tool)}>
                  <ShortText text={finding.tool} />
                </a>
                :{' '}
              </>
            )}
            <PlainText text={finding.message} most={500} />. To change it: {finding.fix}.{' '}
            <Source source={finding.source} date={finding.date} />
          </li>
        ))}
      </ul>
      {all.length > mostFindings && <p className="faint">And {all.length - mostFindings} more.</p>}
    </>
  );
}

function Source({ source, date }: { source: string; date: string }) {
  return (
    <span className="faint">
      (Source: {source}, read on {date})
    </span>
  );
}

const mostFindings = 100;
