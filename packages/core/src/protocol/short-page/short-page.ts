import type { PageReply } from '../page.ts';
import type { HandlerOptions, ServerInfo } from '../options.ts';
import { addressOf } from './address.ts';
import { credentialOf } from './credential.ts';
import { type Markup, markup } from './markup.ts';
import { type Connection, connectionsTo } from './connections.ts';
import { originOfIcon, webUrlOf } from './link.ts';
import { style } from './style.ts';

/**
 * Makes the page that a person sees who opens an endpoint without a page of its own: what it is, its address, and how to
 * connect to it. It is the same for everybody, and says nothing that depends on who is asking.
 */
export function createShortPage(
  { name, title, icons = [], websiteUrl }: ServerInfo,
  auth: HandlerOptions['auth'],
): (request: Request) => Promise<PageReply> {
  const shown = title ?? name;
  const icon = icons.find(({ src }) => originOfIcon(src) !== undefined);
  const website = webUrlOf(websiteUrl);
  const credential = credentialOf(auth);
  const head = markup`<p class="kind">MCP endpoint</p>
<h1>${icon ? markup`<img src="${icon.src}" alt="" width="40" height="40">` : ''}${shown}</h1>
<p>AI clients such as Claude, ChatGPT, Cursor and VS Code connect to this address, and use the tools of ${shown}.
${website === undefined ? '' : markup`<a href="${website}" rel="noreferrer">Website of ${shown}</a>`}</p>`;
  // The images are the icon of the server, and the empty one that keeps browsers from asking for /favicon.ico.
  const images = ['data:', ...(icon ? [originOfIcon(icon.src)!] : [])];
  let made: Promise<Record<string, string>> | undefined;

  return async (request) => {
    const address = addressOf(request, auth?.metadata?.resource);
    const body = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${shown}: MCP endpoint</title>
<style>${style}</style>
</head>
<body>
<main>
${head}
<h2>Address</h2>
<pre tabindex="0"><code>${address.url}</code></pre>
<h2>Credential</h2>
${credential.words.map((sentence) => markup`<p>${sentence}</p>`)}
<h2>How to connect</h2>
${connectionsTo(address, name, credential.header).map(toSection)}
</main>
</body>
</html>
`;
    return { status: 200, headers: await (made ??= toHeaders([...new Set(images)])), body: body.text };
  };
}

function toSection({ client, steps, code }: Connection): Markup {
  return markup`<section>
<h3>${client}</h3>
<p>${steps}</p>
${code === undefined ? '' : markup`<pre tabindex="0"><code>${code}</code></pre>`}
</section>
`;
}

async function toHeaders(images: readonly string[]): Promise<Record<string, string>> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style.text)));
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${btoa(String.fromCharCode(...hash))}'`,
    `img-src ${images.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    // It names the address with which it was asked for, and other clients get no page at the same address.
    'cache-control': 'private, no-store',
    vary: 'accept',
  };
}
