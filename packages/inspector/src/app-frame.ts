import type { PageReply } from '@trpc-mcp/core';

/**
 * Answers with the document that MCP Apps run in. It has an origin of its own, of which nothing is kept, may run scripts and
 * reach nobody. The page that frames it sends the HTML of the app by `postMessage`.
 */
export function openAppFrame(): PageReply {
  return { status: 200, headers, body };
}

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    'sandbox allow-scripts',
    "default-src 'none'",
    "script-src 'unsafe-inline'",
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    'media-src data: blob:',
    'font-src data:',
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** Takes one document from its parent, which has to be a page of the same endpoint, and becomes it. */
const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>MCP App</title>
<script>
addEventListener('message', function take(event) {
  if (event.source !== parent || event.origin !== location.origin) return;
  if (!event.data || event.data.method !== 'app-frame/show') return;
  removeEventListener('message', take);
  document.open();
  document.write(String(event.data.html));
  document.close();
});
parent.postMessage({ method: 'app-frame/ready' }, location.origin);
</script>
</html>
`;
