import { ByHand } from './advice.ts';
import { type Host, propertyOf } from './host.ts';

/** What was done for a host. */
export interface Mounted {
  /** The path of the new endpoint. */
  path: string;
  file?: NewFile;
  /** What a person should know of it. */
  warning?: string;
}

/** A file that is to be made. */
export interface NewFile {
  file: string;
  text: string;
}

/** The router, as it is written in the options of the adapter. */
export function routerText({ options }: Host): string {
  const router = propertyOf(options, 'router');
  if (router === undefined) throw new ByHand('The router is not written in the options of the adapter.');
  return router.getText();
}

/** `mcpHandler(appRouter, { createContext })`. */
export function handlerText(
  name: string,
  router: string,
  ...options: readonly (string | undefined)[]
): string {
  const given = options.filter((each) => each !== undefined);
  return given.length === 0 ? `${name}(${router})` : `${name}(${router}, { ${given.join(', ')} })`;
}
