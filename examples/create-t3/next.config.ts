import type { NextConfig } from 'next';

const config: NextConfig = {
  // It loads its WebAssembly from files beside its code, so it is not bundled.
  serverExternalPackages: ['@electric-sql/pglite'],
};

export default config;
