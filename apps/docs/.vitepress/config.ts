import { existsSync } from 'node:fs';
import { slug } from 'github-slugger';
import { defineConfig, type Plugin } from 'vitepress';
import llmstxt from 'vitepress-plugin-llms';
import { base, pagesFolder, repositoryUrl, siteFolder } from '../site/paths.ts';
import { indexOptions, renderForSearch } from '../site/search-index.ts';
import { pageSources } from '../site/page-source.ts';
import { sections } from '../site/sidebar.ts';

// The API's pages are there once site/api.ts has run; a test says that all others are.
const missing = sections
  .flatMap(({ entries }) => entries)
  .map(([, page]) => page)
  .filter((page) => !existsSync(`${pagesFolder}${page}.md`));

export default defineConfig({
  title: 'trpc-mcp',
  description: 'Serve a tRPC v11 router as an MCP server, under the app’s own middleware',
  lang: 'en',
  srcDir: pagesFolder,
  outDir: 'dist',
  cacheDir: 'node_modules/.vitepress',
  base,
  vite: { plugins: [vueForPages(), pageSources(), markdownForAgents()] },
  markdown: {
    // Braces in a page are braces, and no attributes.
    attrs: { disable: true },
    // So that an anchor is the same on GitHub.
    anchor: { slugify: slug },
  },
  themeConfig: {
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'GitHub', link: repositoryUrl },
    ],
    sidebar: sections.map(({ title, entries, collapsed = false }) => ({
      text: title,
      collapsed,
      items: entries
        .filter(([, page]) => !missing.includes(page))
        .map(([text, page]) => ({ text, link: `/${page}` })),
    })),
    outline: [2, 3],
    search: {
      provider: 'local',
      options: { _render: renderForSearch, miniSearch: { options: indexOptions } },
    },
    editLink: { pattern: `${repositoryUrl}/edit/main/docs/:path`, text: 'Edit this page on GitHub' },
  },
});

/** The pages are outside this package and are made to import Vue, which only this package has. */
function vueForPages(): Plugin {
  return {
    name: 'vue-for-pages',
    enforce: 'pre',
    resolveId: {
      order: 'pre',
      handler(id, _importer, options) {
        return /^vue(\/|$)/.test(id)
          ? this.resolve(id, `${siteFolder}../package.json`, { ...options, skipSelf: true })
          : undefined;
      },
    },
  };
}

/** llms.txt, llms-full.txt, and every page as Markdown beside its HTML. */
function markdownForAgents(): Plugin[] {
  const plugins = llmstxt({
    excludeIndexPage: false,
    injectLLMHint: false,
    ignoreFilesPerOutput: { llmsFullTxt: ['api/**'] },
  });
  // Typed with the newer Vite that other packages here have; it runs in VitePress's.
  return plugins as unknown as Plugin[];
}
