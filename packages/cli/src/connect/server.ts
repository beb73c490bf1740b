import type { HeaderValue } from './header.ts';

/** A server to write into the configuration of clients: an endpoint, or a command that the client starts. */
export type Server = HttpServer | StdioServer;

export interface HttpServer {
  kind: 'http';
  name: string;
  url: string;
  headers: readonly HeaderValue[];
}

export interface StdioServer {
  kind: 'stdio';
  name: string;
  launch: Launch;
  env: readonly EnvValue[];
}

/** How the command line of this package is started for one module. */
export interface Launch {
  /** Absolute path of the module, without `#export`. */
  file: string;
  exportName: string | undefined;
  /** Absolute path of the folder that has the module's package.json: the process runs in it. */
  root: string;
  /** Absolute path of the installed command's script, or `undefined` if it has to come from the registry. */
  script: string | undefined;
  /** Absolute path of the file that makes the context. */
  ctx: string | undefined;
}

/** A variable that the server's process is given. `value` is `undefined` if the client hands on its own variable. */
export interface EnvValue {
  name: string;
  value: string | undefined;
}
