import type { ReadResourceResult } from '@modelcontextprotocol/client';
import { useState } from 'react';
import { revealHidden } from '../parts/hidden-characters.ts';
import { toWebUrl } from '../parts/web-url.ts';
import { attempt } from '../session/connection.ts';
import { toSize } from '../parts/size.ts';
import { readBase64, sizeOfBase64, toMediaUrl } from './blob.ts';
import type { Contents } from './contents.ts';
import { Pictures } from './media.tsx';
import { saveFile } from './save.ts';
import { Words } from './words.tsx';

type Resource = ReadResourceResult['contents'][number];

/** The resources that a result has inside, and those that it links to. */
export function Files({ files }: { files: Contents['files'] }) {
  return (
    <ul className="plain">
      {files.map((file, index) => (
        <li key={index}>
          {file.type === 'resource' ? <Embedded resource={file.resource} /> : <LinkedResource link={file} />}
        </li>
      ))}
    </ul>
  );
}

/** One resource: shown if it is text or a picture, and downloaded by a button. */
function Embedded({ resource }: { resource: Resource }) {
  const { uri, mimeType = '' } = resource;
  const isText = 'text' in resource;
  const size = isText ? new Blob([resource.text]).size : sizeOfBase64(resource.blob);
  const [trouble, setTrouble] = useState('');
  const save = () => {
    const data = isText ? resource.text : readBase64(resource.blob);
    if (data === undefined) setTrouble('This cannot be downloaded, because it is not base64.');
    else saveFile(uri, data);
  };
  const picture = !isText && toMediaUrl('image', mimeType, resource.blob) !== undefined;
  return (
    <>
      <p className="row">
        <code>{revealHidden(uri.slice(0, 500))}</code>
        <span className="faint">
          {[revealHidden(mimeType.slice(0, 80)), toSize(size)].filter(Boolean).join(', ')}
        </span>
        <button type="button" onClick={save}>
          Download
        </button>
      </p>
      {trouble && <p role="alert">{trouble}</p>}
      {isText && <Words text={resource.text} label={`Text of ${uri.slice(0, 200)}`} />}
      {picture && <Pictures pictures={[{ mimeType, base64: resource.blob, name: '' }]} />}
    </>
  );
}

type Link = Extract<Contents['files'][number], { type: 'resource_link' }>;

/** A link to a resource, which is read from the endpoint when the person wants it. */
function LinkedResource({ link: { uri, name, title, description, mimeType, size } }: { link: Link }) {
  const [state, setState] = useState<{ isReading?: true; contents?: readonly Resource[]; trouble?: string }>(
    {},
  );
  const web = toWebUrl(uri);
  const read = async () => {
    setState({ isReading: true });
    try {
      setState({ contents: (await attempt((client) => client.readResource({ uri }))).contents });
    } catch (error) {
      setState({ trouble: error instanceof Error ? error.message : String(error) });
    }
  };
  const facts = [mimeType?.slice(0, 80), size === undefined ? '' : toSize(size)].filter(Boolean).join(', ');
  return (
    <>
      <p className="row">
        <strong>{revealHidden((title ?? name).slice(0, 200))}</strong>
        <code>{revealHidden(uri.slice(0, 500))}</code>
        {facts && <span className="faint">{revealHidden(facts)}</span>}
        <button type="button" disabled={state.isReading} onClick={() => void read()}>
          Read it from the endpoint
        </button>
        {web && (
          <a href={web.href} target="_blank" rel="noopener noreferrer">
            Open {web.host} in a new tab
          </a>
        )}
      </p>
      {description && <p>{revealHidden(description.slice(0, 2000))}</p>}
      {state.isReading && <p role="status">Reading…</p>}
      {state.trouble && <p role="alert">{revealHidden(state.trouble.slice(0, 2000))}</p>}
      {state.contents?.map((resource, index) => (
        <Embedded key={index} resource={resource} />
      ))}
    </>
  );
}
