import { useState } from 'react';
import { isSecretHeader, maskHeader } from '../session/secret.ts';
import type { WireExchange } from '../session/wire.ts';
import { readEvents } from './events.ts';
import { LongText } from './long-text.tsx';

/** An HTTP request and its response, as they were sent and received. */
export function ExchangeView({ exchange }: { exchange: WireExchange }) {
  const [isRaw, setRaw] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const { method, url, status, requestHeaders, responseHeaders, requestBody, responseBody, failure } =
    exchange;
  const { pathname, search, host } = new URL(url);
  const hasSecret = [...requestHeaders, ...responseHeaders].some(([name]) => isSecretHeader(name));
  const type = responseHeaders.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  const events = type.startsWith('text/event-stream') && !isRaw ? readEvents(responseBody) : undefined;
  return (
    <div className="exchange">
      <div className="exchange-tools">
        <label>
          <input type="checkbox" checked={isRaw} onChange={(event) => setRaw(event.target.checked)} /> Bodies
          as they came
        </label>
        {hasSecret && (
          <label>
            <input type="checkbox" checked={isOpen} onChange={(event) => setOpen(event.target.checked)} />{' '}
            Show credentials
          </label>
        )}
      </div>
      <h4>Request</h4>
      <pre tabIndex={0}>
        {`${method} ${pathname}${search} HTTP\nhost: ${host}\n`}
        {toLines(requestHeaders, isOpen)}
      </pre>
      {requestBody !== undefined && <LongText text={isRaw ? requestBody : toPretty(requestBody)} />}
      <h4>Response</h4>
      {failure !== undefined && <p role="alert">There is none: {failure}</p>}
      {status === undefined && failure === undefined && <p>It has not come yet.</p>}
      {status !== undefined && (
        <pre tabIndex={0}>
          {`HTTP ${status}\n`}
          {toLines(responseHeaders, isOpen)}
        </pre>
      )}
      {events?.map(({ name, id, data }, index) => (
        <LongText
          key={index}
          text={`event: ${name ?? 'message'}${id === undefined ? '' : `\nid: ${id}`}\n${toPretty(data)}`}
        />
      ))}
      {!events && responseBody !== '' && <LongText text={isRaw ? responseBody : toPretty(responseBody)} />}
    </div>
  );
}

function toLines(headers: WireExchange['requestHeaders'], isOpen: boolean): string {
  return headers.map(([name, value]) => `${name}: ${isOpen ? value : maskHeader(name, value)}`).join('\n');
}

function toPretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
