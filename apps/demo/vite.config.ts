import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the pages at `/` and `/chat`. */
export default defineConfig({
  root: 'web',
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    rolldownOptions: { input: ['web/index.html', 'web/chat.html'] },
    target: 'es2022',
    // Nothing is inside the HTML, so that the policy allows only files of this server.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
