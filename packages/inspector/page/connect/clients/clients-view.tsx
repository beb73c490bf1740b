import { useState } from 'react';
import { CopyButton } from '../../parts/copy-button.tsx';
import { connection } from '../../session/connection.ts';
import { credential, endpoint } from '../../session/settings.ts';
import { useStore } from '../../store.ts';
import { demands } from '../demands/demands.ts';
import type { Access } from '../demands/words.ts';
import { type ConnectClient, connectClients } from './clients.ts';
import { isPrivateHost } from './host.ts';
import { type EntryHeader, type ServerEntry, splitScheme, toServerName, toVariable } from './server-entry.ts';

/** The exact configuration of each client. */
export function ClientsView() {
  const open = useStore(connection);
  const chosen = useStore(credential);
  const access = useStore(demands)?.access ?? 'unknown';
  const [withHeader, setWithHeader] = useState<boolean>();
  const [isShown, setShown] = useState(false);
  const name = toServerName(open.kind === 'open' ? open.server.name : endpoint.hostname);
  const isHeader = withHeader ?? access === 'token';
  const header = isHeader ? toEntryHeader(name, chosen, isShown) : undefined;
  const server: ServerEntry = { name, url: endpoint.href, header };
  return (
    <section aria-labelledby="clients-title">
      <h2 id="clients-title">Connect a client</h2>
      <fieldset className="row">
        <legend>How the client shows who it is</legend>
        <label>
          <input type="radio" name="client-way" checked={!isHeader} onChange={() => setWithHeader(false)} />{' '}
          {access === 'oauth'
            ? 'OAuth: nothing to paste, people sign in'
            : 'Nothing, or OAuth if it is asked for'}
        </label>
        <label>
          <input type="radio" name="client-way" checked={isHeader} onChange={() => setWithHeader(true)} /> The
          header {toEntryHeader(name, chosen, false).name}
        </label>
        {isHeader && chosen.kind === 'header' && (
          <label>
            <input type="checkbox" checked={isShown} onChange={(event) => setShown(event.target.checked)} />{' '}
            Show the secret itself in the configuration
          </label>
        )}
      </fieldset>
      <div className="clients">
        {Object.entries(connectClients).map(([id, client]) => (
          <details key={id} name="client">
            <summary>{client.title}</summary>
            <ClientSetup client={client} server={server} access={access} />
          </details>
        ))}
      </div>
    </section>
  );
}

function ClientSetup({
  client,
  server,
  access,
}: {
  client: ConnectClient;
  server: ServerEntry;
  access: Access;
}) {
  const { title, takesHeaders, from, secret, setups, link, steps } = client;
  const { header, url } = server;
  const isLocal = isPrivateHost(new URL(url).hostname);
  const hasSecretInPlace = header && header.secret !== undefined;
  return (
    <div className="client">
      {from !== undefined && isLocal && (
        <p className="warning">
          {title} connects from the servers of {from}, which cannot reach {new URL(url).host}. Serve the app
          at a public https address, or open a tunnel to it, for example{' '}
          <code>cloudflared tunnel --url {new URL(url).origin}</code>. With OAuth, set <code>resource</code>{' '}
          of bearer() to that address.
        </p>
      )}
      {from !== undefined && !isLocal && url.startsWith('http:') && (
        <p className="warning">{title} takes https only, and this address has http.</p>
      )}
      {!takesHeaders && (header || access === 'token') ? (
        <p className="warning">
          {title} takes OAuth only, and cannot send a header of your own. To connect it, make the endpoint an
          OAuth resource server: <code>auth: bearer({'{ … }'})</code>.
        </p>
      ) : (
        <>
          {setups(server).map(({ place, text }) => (
            <figure key={place}>
              <figcaption className="row">
                <span>{place}</span>
                <CopyButton text={text} what={`the configuration of ${title}`} />
              </figcaption>
              {/* It scrolls, so that the keyboard has to reach it. */}
              {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
              <pre tabIndex={0} role="region" aria-label={`${title}: ${place}`}>
                {text}
              </pre>
            </figure>
          ))}
          {link && (
            <p>
              <a href={link(server)} className="install">
                Install in {title}
              </a>
              {header && (
                <span className="faint"> The link has no secret in it: {title} gets it as below.</span>
              )}
            </p>
          )}
          {header && (
            <p>
              {hasSecretInPlace
                ? 'The secret itself stands in this configuration. Do not commit it.'
                : secret}{' '}
              {!hasSecretInPlace && /environment/.test(secret) && (
                <>
                  Start {title} with <code>{header.variable}</code> set to the secret
                  {header.scheme && (
                    <>
                      , without “<code>{header.scheme.trim()}</code> ”
                    </>
                  )}
                  .
                </>
              )}
            </p>
          )}
          {!header && access === 'oauth' && (
            <p>There is nothing to paste but this: {title} opens a browser, where you sign in.</p>
          )}
          {!header && access === 'open' && <p>No credential is needed to connect.</p>}
          {steps.map((step) => (
            <p key={step}>{step}</p>
          ))}
        </>
      )}
    </div>
  );
}

function toEntryHeader(
  server: string,
  chosen: ReturnType<typeof credential.get>,
  isShown: boolean,
): EntryHeader {
  if (chosen.kind !== 'header') {
    const name = 'Authorization';
    return { name, scheme: 'Bearer ', variable: toVariable(server, name), secret: undefined };
  }
  const { scheme, secret } = splitScheme(chosen.value);
  const { name } = chosen;
  return { name, scheme, variable: toVariable(server, name), secret: isShown ? secret : undefined };
}
