import { CopyButton } from '../parts/copy-button.tsx';
import { toWebUrl } from '../parts/web-url.ts';
import { connection } from '../session/connection.ts';
import { endpoint, era } from '../session/settings.ts';
import { AppIcon } from '../shell/app-icon.tsx';
import { useStore } from '../store.ts';

/** What the app says about itself, and where the endpoint is. */
export function About() {
  const open = useStore(connection);
  const revision = useStore(era);
  return (
    <section aria-labelledby="about-title" className="about">
      {open.kind === 'open' ? (
        <>
          <h1 id="about-title">
            <AppIcon server={open.server} size={40} /> {open.server.title ?? open.server.name}
          </h1>
          {open.server.description && <p>{open.server.description}</p>}
          <Facts name={open.server.name} version={open.server.version} website={open.server.websiteUrl} />
        </>
      ) : (
        <h1 id="about-title">Connect</h1>
      )}
      <p className="row">
        <span>Address:</span> <code className="address">{endpoint.href}</code>
        <CopyButton text={endpoint.href} what="the address" />
      </p>
      <p role="status">
        {open.kind === 'connecting' && 'Connecting…'}
        {open.kind === 'open' &&
          `Connected with MCP ${revision === '2026' ? '2026-07-28' : (open.client.getNegotiatedProtocolVersion() ?? '2025-11-25')}.`}
        {open.kind === 'failed' && 'Not connected.'}
      </p>
      {open.kind === 'open' && open.instructions && (
        <>
          <h2>What models are told</h2>
          <p className="instructions">{open.instructions}</p>
        </>
      )}
    </section>
  );
}

function Facts({ name, version, website }: { name: string; version: string; website: string | undefined }) {
  const url = toWebUrl(website);
  return (
    <p className="faint">
      <code>{name}</code> {version && `version ${version}`}
      {website &&
        (url ? (
          <>
            {' · '}
            <a href={url.href} target="_blank" rel="noreferrer noopener">
              {url.host}
            </a>
          </>
        ) : (
          ` · ${website}`
        ))}
    </p>
  );
}
