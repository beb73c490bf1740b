import type * as OidcProvider from 'oidc-provider';

type Loaded = typeof OidcProvider;

let loading: Promise<Loaded> | undefined;

/**
 * Loads oidc-provider. It prints a warning on every Node before 22, at each start; it also works on Node 20.19 and newer,
 * which is what the tests run on, so the warning is left out. All other warnings are printed.
 */
export function loadProvider(): Promise<Loaded> {
  return (loading ??= load());
}

async function load(): Promise<Loaded> {
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
