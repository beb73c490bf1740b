import { fileURLToPath } from 'node:url';
import express, { type Response, Router } from 'express';

/** Serves the page at `/`, which Vite builds of `web`. Who does not ask for HTML, as curl does not, gets a sentence. */
export function createPage(folder: string = builtPages): Router {
  const router = Router();
  router.get('/', (_req, res) => {
    res.format({
      'text/plain': () => sayWhatIsWhere(res),
      'text/html': () => sendPage(res, 'index.html', folder),
      default: () => sayWhatIsWhere(res),
    });
  });
  // The name of a file has a hash of its contents, so a browser never has to ask for it again.
  router.use('/assets', express.static(`${folder}/assets`, { immutable: true, maxAge: '1y', index: false }));
  return router;
}

/** Where Vite puts the pages: the same from src and from dist. */
export const builtPages: string = fileURLToPath(new URL('../dist/web', import.meta.url));

/** Sends a page that Vite built, with a policy that lets it run its own files only. */
export function sendPage(res: Response, file: string, folder: string): void {
  const headers = {
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // Names the newest files, so it is asked for each time.
    'cache-control': 'no-cache',
  };
  res.sendFile(file, { root: folder, headers, cacheControl: false }, (error) => {
    if (error === undefined || res.headersSent) return;
    res
      .status(503)
      .type('text/plain')
      .send(
        'The page is not built yet. Run "npx -y pnpm@12 build", and load this again.\n' +
          'tRPC is at /trpc, MCP is at /mcp.\n',
      );
  });
}

function sayWhatIsWhere(res: Response): void {
  res.type('text/plain').send('A SaaS back office. tRPC is at /trpc, MCP is at /mcp.\n');
}

/** A page runs its own script and style, and speaks to this server only. No other page can frame it. */
const policy = Object.entries({
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
})
  .map(([directive, source]) => `${directive} ${source}`)
  .join('; ');
