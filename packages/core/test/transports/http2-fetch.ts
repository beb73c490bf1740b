import http2 from 'node:http2';

/** `fetch` over HTTP/2 without TLS, which the global one does not speak. */
export interface Http2Fetch {
  fetch: typeof fetch;
  close(): void;
}

export function createHttp2Fetch(origin: string): Http2Fetch {
  const session = http2.connect(origin);
  return {
    async fetch(input, init) {
      const request = new Request(input, init);
      const { pathname, search } = new URL(request.url);
      const head = { ':method': request.method, ':path': pathname + search };
      const sent = session.request({ ...Object.fromEntries(request.headers), ...head }, { endStream: false });
      const abort = () => sent.close(http2.constants.NGHTTP2_CANCEL);
      request.signal.addEventListener('abort', abort);
      sent.end(Buffer.from(await request.arrayBuffer()));
      return new Promise<Response>((resolve, reject) => {
        sent.once('error', reject);
        sent.once('close', () => {
          request.signal.removeEventListener('abort', abort);
          reject(request.signal.reason ?? new Error('the server closed the stream'));
        });
        sent.once('response', ({ ':status': status, ...headers }) => {
          const entries = Object.entries(headers).flatMap(([name, value]) =>
            [value].flat().map((each) => [name, String(each)] as [string, string]),
          );
          const hasBody = status !== 204 && status !== 202;
          resolve(new Response(hasBody ? toBody(sent) : null, { status: status ?? 500, headers: entries }));
        });
      });
    },
    close: () => session.destroy(),
  };
}

/** Yields chunk by chunk, as they arrive. */
function toBody(stream: http2.ClientHttp2Stream): ReadableStream<Uint8Array> {
  const chunks = stream.iterator();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = (await chunks.next()) as IteratorResult<Uint8Array>;
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => stream.close(http2.constants.NGHTTP2_CANCEL),
  });
}
