import { fileURLToPath } from 'node:url';

const folder = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

/** The folder of the repository. */
export const repositoryFolder = folder('');
/** The folder of the pages. */
export const pagesFolder = folder('docs/');
/** Where the built site is. */
export const siteFolder = folder('apps/docs/dist/');

export const repositoryUrl = 'https://github.com/trpc-mcp/trpc-mcp';
export const siteUrl = 'https://trpc-mcp.github.io/trpc-mcp/';
/** Where the site is on its host: `/trpc-mcp/` on GitHub Pages, `/` on a host of its own. */
export const base = process.env['DOCS_BASE'] ?? '/trpc-mcp/';
