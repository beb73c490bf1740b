import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** Fetches what a client names, and nothing on an internal address. */
export type GuardedFetch = (url: URL, headers: Record<string, string>) => Promise<Response>;

/** The longest time for a whole answer, so that a slow server keeps nobody waiting. */
const timeoutMs = 5000;

/** The largest answer, in bytes. */
const maxBytes = 10_240;

/**
 * Makes a `GuardedFetch`. The address is checked when the name was resolved, for the connection that is then made, so a name
 * cannot resolve to another address after the check. Redirects are answers like any other.
 */
export async function createGuardedFetch(allowLoopback: boolean): Promise<GuardedFetch> {
  const { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } = await import('request-filtering-agent');
  // Single addresses: with a range, the agent prints a warning for each address of the other kind.
  const options = { allowIPAddressList: allowLoopback ? ['127.0.0.1', '::1'] : [] };
  const http = { request: requestHttp, agent: new RequestFilteringHttpAgent(options) };
  const https = { request: requestHttps, agent: new RequestFilteringHttpsAgent(options) };
  return (url, headers) =>
    new Promise((resolve, reject) => {
      if (url.protocol !== 'https:' && !(allowLoopback && url.protocol === 'http:')) {
        reject(new Error(`${url.origin} is not an https address`));
        return;
      }
      const { request, agent } = url.protocol === 'https:' ? https : http;
      const signal = AbortSignal.timeout(timeoutMs);
      const sent = request(url, { agent, headers, signal }, (answer) => {
        const chunks: Buffer[] = [];
        let received = 0;
        answer.on('data', (chunk: Buffer) => {
          received += chunk.length;
          if (received > maxBytes) sent.destroy(new Error(`the answer is larger than ${maxBytes} bytes`));
          else chunks.push(chunk);
        });
        answer.on('end', () => {
          const status = answer.statusCode ?? 0;
          if (status < 200 || status > 599) {
            reject(new Error(`the answer has the status ${status}`));
            return;
          }
          const fields = Object.entries(answer.headers).filter(([, value]) => typeof value === 'string');
          const body = [204, 205, 304].includes(status) ? null : Buffer.concat(chunks);
          resolve(
            new Response(body, {
              status,
              headers: Object.fromEntries(fields) as Record<string, string>,
            }),
          );
        });
        answer.on('error', reject);
      });
      sent.on('error', reject);
      sent.end();
    });
}
