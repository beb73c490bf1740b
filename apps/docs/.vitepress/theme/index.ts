import type { Theme } from 'vitepress';
// The reader's own fonts: nothing to load.
import DefaultTheme from 'vitepress/theme-without-fonts';
import { searchOptions, termOptions } from '../../site/search.ts';

export default {
  extends: DefaultTheme,
  enhanceApp({ siteData }) {
    // VitePress sends options as text, and a function that imports another one does not survive that.
    const search = siteData.value.themeConfig.search;
    search.options = { ...search.options, miniSearch: { options: termOptions, searchOptions } };
  },
} satisfies Theme;
