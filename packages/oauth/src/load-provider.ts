import type * as OidcProvider from 'oidc-provider';

type Loaded = typeof OidcProvider;

let loading: Promise<Loaded> | undefined;

/**
 * Loads oidc-provider. It prints a warning on every Node before 22, at each start; it also works on Node 20.18 and newer,
 * which is what the tests run on, so the warning is left out. All other warnings are printed.
 */
export function loadProvider(): Promise<Loaded> {
  return (loading ??= load());
}

async function load(): Promise<Loaded> {
  // It came with Node 20.18 and 22.1. Without it, the reader would see a TypeError of a file that is not theirs.
  if (!('parse' in URL))
    throw new Error(
      `oidc-provider, which @trpc-mcp/oauth is built on, needs Node 20.18 or newer, and this is ${process.version}`,
    );
  const { warn } = console;
  const filtered: typeof warn = (...args) => {
    if (!String(args[0]).includes('Unsupported runtime')) warn.apply(console, args);
  };
  console.warn = filtered;
  try {
    return await import('oidc-provider');
  } finally {
    // Somebody else may have replaced it meanwhile.
    if (console.warn === filtered) console.warn = warn;
  }
}
