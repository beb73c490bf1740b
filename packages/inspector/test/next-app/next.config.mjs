import { fileURLToPath } from 'node:url';

/** @type {import('next').NextConfig} */
const config = {
  // The packages are outside of the app.
  turbopack: { root: fileURLToPath(new URL('../../../..', import.meta.url)) },
};

// oxlint-disable-next-line import/no-default-export -- Next.js wants one
export default config;
