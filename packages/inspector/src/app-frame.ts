import type { PageReply } from '@trpc-mcp/core';

/**
 * Answers with the document that MCP Apps run in. It has an origin of its own, of which nothing is kept, may run scripts and
 * reach nobody. The page that frames it sends the HTML of the app by `postMessage`.
 *
 * The app is in a frame inside of this document, which takes over this policy. So the app can load nothing, and cannot go
 * anywhere with its frame either, because `frame-src` is none. This document only passes on the messages of the two, as long as
 * they are JSON, not too large and not too many.
 */
export function openAppFrame(): PageReply {
  return { status: 200, headers, body };
}

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    // No forms, windows, downloads, dialogs, and no way to the page above.
    'sandbox allow-scripts',
    "default-src 'none'",
    "script-src 'unsafe-inline'",
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    'media-src data: blob:',
    'font-src data:',
    "frame-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; '),
  'permissions-policy': [
    'autoplay',
    'camera',
    'clipboard-read',
    'clipboard-write',
    'display-capture',
    'fullscreen',
    'geolocation',
    'microphone',
    'payment',
    'usb',
  ]
    .map((right) => `${right}=()`)
    .join(', '),
  // Else a host name in a link would be looked up, which tells it to somebody.
  'x-dns-prefetch-control': 'off',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** A message of an app has at most so many characters as JSON, and an app may send so many a second, after a first burst. */
const mostCharacters = 1_000_000;
const mostEachSecond = 50;
const burst = 200;

/** Takes one app from its parent, which has to be a page of the same endpoint, and then passes on messages. */
const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>MCP App</title>
<style>html, body, iframe { margin: 0; border: 0; width: 100%; height: 100%; display: block; overflow: hidden }</style>
<script>
'use strict';
const own = 'ui/notifications/sandbox-';
let app;
let left = ${burst};
const filling = setInterval(() => { left = Math.min(left + ${mostEachSecond}, ${burst}); }, 1000);
const toHost = (message) => parent.postMessage(message, location.origin);
addEventListener('message', ({ source, origin, data }) => {
  if (source === parent && origin === location.origin) fromHost(data);
  else if (app && source === app.contentWindow) fromApp(data);
});
function fromHost(message) {
  if (!message || typeof message !== 'object') return;
  if (message.method !== own + 'resource-ready') {
    if (app) app.contentWindow.postMessage(message, '*');
    return;
  }
  if (app !== undefined || !message.params) return;
  app = document.createElement('iframe');
  app.setAttribute('sandbox', 'allow-scripts');
  app.title = 'MCP App';
  app.srcdoc = String(message.params.html);
  document.body.append(app);
}
function fromApp(message) {
  if (left <= 0) return end();
  left -= 1;
  let text;
  try {
    text = JSON.stringify(message);
  } catch {
    return;
  }
  if (typeof text !== 'string' || text.length > ${mostCharacters}) return;
  const copy = JSON.parse(text);
  if (copy === null || typeof copy !== 'object' || String(copy.method).startsWith(own)) return;
  toHost(copy);
}
function end() {
  app.remove();
  app = null;
  clearInterval(filling);
  toHost({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'error', data: 'The app was stopped, because it sent too many messages.' } });
  toHost({ jsonrpc: '2.0', method: 'ui/notifications/request-teardown', params: {} });
}
addEventListener('DOMContentLoaded', () => toHost({ jsonrpc: '2.0', method: own + 'proxy-ready', params: {} }));
</script>
<body></body>
</html>
`;
