import type { HttpRequest } from './request.ts';

/** Writes the script that tells `wrk` what to send. */
export function toLua({ headers, body }: HttpRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => {
    // Only with this spelling it takes the place of the one that wrk makes of the URL.
    const known = name.toLowerCase() === 'host' ? 'Host' : name;
    // The spaces keep the bracket of the table apart from those of the string.
    return `wrk.headers[ ${toLuaString(known)} ] = ${toLuaString(value)}\n`;
  });
  return `wrk.method = "POST"\nwrk.body = ${toLuaString(body)}\n${lines.join('')}`;
}

/** Reads what `wrk` prints at its end. Throws if requests have failed. */
export function readWrk(printed: string): { requests: number; seconds: number } {
  const whole = /^\s*(\d+) requests in ([\d.]+)(us|ms|s|m|h),/m.exec(printed);
  if (!whole) throw new Error(`wrk has not said how many requests it sent: ${printed.slice(0, 300)}`);
  const wrong = /^\s*Non-2xx or 3xx responses: (\d+)/m.exec(printed)?.[1];
  if (wrong !== undefined) throw new Error(`${wrong} of the answers to wrk are not 2xx`);
  const errors = /^\s*Socket errors: (.*)$/m.exec(printed)?.[1];
  if (errors !== undefined) throw new Error(`wrk has had errors of its sockets: ${errors}`);
  const requests = Number(whole[1]);
  if (requests === 0) throw new Error('wrk has got no answer');
  return { requests, seconds: Number(whole[2]) * secondsOf[whole[3] as keyof typeof secondsOf] };
}

const secondsOf = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 } as const;

/** A string of Lua that may have quotes, backslashes and brackets in it. */
function toLuaString(text: string): string {
  let level = '=';
  while (text.includes(`]${level}]`) || text.endsWith(`]${level}`)) level += '=';
  // Lua leaves out a line break that comes first.
  return `[${level}[\n${text}]${level}]`;
}
