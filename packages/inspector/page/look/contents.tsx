import type { ReadResourceResult } from '@modelcontextprotocol/client';
import { useEffect, useMemo, useState } from 'react';
import { PlainText, ShortText, toShown } from '../parts/plain-text.tsx';
import { readCsv } from '../result/csv.ts';
import { Table } from '../result/table.tsx';
import { toSize } from '../parts/size.ts';
import { toBytes, toPretty } from './contents-text.ts';

/** What is in a resource: text as text, also where it is HTML, pictures, sound, and anything else to download. */
export function Contents({
  contents,
  isOwn,
}: {
  contents: ReadResourceResult['contents'][number];
  isOwn: boolean;
}) {
  const mimeType = contents.mimeType ?? ('text' in contents ? 'text/plain' : 'application/octet-stream');
  const bytes = useMemo(
    () => ('text' in contents ? new TextEncoder().encode(contents.text) : toBytes(contents.blob)),
    [contents],
  );
  return (
    <section aria-label={`Contents of ${toShown(contents.uri, 100)}`}>
      {!isOwn && (
        <p className="identifier">
          <code>
            <PlainText text={contents.uri} most={300} />
          </code>
        </p>
      )}
      <p className="faint">
        <ShortText text={mimeType} />
        {bytes && `, ${toSize(bytes.byteLength)}`} {bytes && <Download bytes={bytes} uri={contents.uri} />}
      </p>
      {'text' in contents && /^text\/csv\b/i.test(mimeType) && (
        <Rows text={contents.text} name={toShown(contents.uri, 100)} />
      )}
      {'text' in contents && <TextContents text={contents.text} mimeType={mimeType} />}
      {'blob' in contents && !bytes && <p role="alert">The contents are no base64.</p>}
      {'blob' in contents && bytes && <Media bytes={bytes} mimeType={mimeType} />}
    </section>
  );
}

/** CSV as a table that can be sorted and filtered. It stands above the text. */
function Rows({ text, name }: { text: string; name: string }) {
  const table = useMemo(() => readCsv(text), [text]);
  return table ? (
    <div className="result">
      <Table rows={table.rows} columns={table.columns} name={name} />
    </div>
  ) : null;
}

function TextContents({ text, mimeType }: { text: string; mimeType: string }) {
  const pretty = useMemo(() => toPretty(text, mimeType), [text, mimeType]);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keyboard
    <pre tabIndex={0} role="region" aria-label="Text">
      <PlainText text={pretty} most={50_000} />
    </pre>
  );
}

function Media({ bytes, mimeType }: { bytes: Uint8Array<ArrayBuffer>; mimeType: string }) {
  const url = useBlobUrl(bytes, mimeType);
  if (url === undefined) return null;
  if (mimeType.startsWith('image/')) return <img className="media" src={url} alt="What the resource has" />;
  // oxlint-disable-next-line jsx-a11y/media-has-caption -- the endpoint sends none
  return mimeType.startsWith('audio/') ? <audio controls src={url} /> : null;
}

function Download({ bytes, uri }: { bytes: Uint8Array<ArrayBuffer>; uri: string }) {
  // Without its own type, so that a browser saves it in place of opening it.
  const url = useBlobUrl(bytes, 'application/octet-stream');
  const name = uri.split(/[?#]/)[0]?.split('/').at(-1)?.slice(0, 100);
  return (
    <a href={url} download={name || 'resource'}>
      Download
    </a>
  );
}

function useBlobUrl(bytes: Uint8Array<ArrayBuffer>, type: string): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, type]);
  return url;
}
