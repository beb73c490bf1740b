import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the page at `/`. */
export default defineConfig({
  root: 'web',
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // Nothing is inside the HTML, so that the policy allows only files of this server.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
