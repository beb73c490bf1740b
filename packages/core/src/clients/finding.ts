/** A tool as `tools/list` has it. */
export interface ClientTool {
  name: string;
  // With `undefined`, as the official clients type what they read.
  title?: string | undefined;
  description?: string | undefined;
  inputSchema: Readonly<Record<string, unknown>>;
  outputSchema?: Readonly<Record<string, unknown>> | undefined;
  annotations?: object | undefined;
  _meta?: object | undefined;
}

/** What a client knows of a server besides its tools. */
export interface ClientServer {
  /** The name under which people add the server. Many clients put it before the name of each tool. */
  serverName?: string | undefined;
  instructions?: string | undefined;
}

/** Everything that a check reads. */
export interface Listing extends ClientServer {
  tools: readonly ClientTool[];
}

/**
 * `error`: the client loses this tool, or all tools. `warning`: the client cuts, drops or ignores something, or the model
 * pays for something that it does not need.
 */
export type Severity = 'error' | 'warning';

/** Where a fact about a client is known from, and since when. Clients change. */
export interface Known {
  /** Its documentation, its source, or an issue. */
  source: string;
  /** When it was read, as an ISO 8601 date. */
  date: string;
}

/** Something that a client does not take, or not whole. */
export interface Rule extends Known {
  /** Stays the same from version to version, for programs. */
  id: string;
  severity: Severity;
  /** Whether one finding loses all tools of the server, not only the tool that has it. */
  losesAll?: true;
  /** Whether `ready()` tells a developer about this warning: something that the app wrote is cut. */
  isTold?: true;
  /** What the client does. Completes "Cursor …". */
  does: string;
  /** What the author of a tool can change. */
  fix: string;
  /** What this package does, so that the authors of procedures need not. */
  bridge: string;
  find: Find;
}

/** Finds in a list what a rule is about. */
export type Find = (listing: Listing) => Found[];

/** Something that a rule found. */
export interface Found {
  /** The name of the tool; `undefined` if it is about the whole list. */
  tool: string | undefined;
  /** What is there, and where. Starts like a sentence, and has no full stop. */
  detail: string;
}

/** What a client does that no check of a list can find. */
export interface Fact extends Known {
  about: 'tools' | 'results' | 'hints' | 'auth' | 'limits';
  /** What the client does. Completes "Cursor …". */
  does: string;
  /** What this package does about it. */
  bridge: string;
}

/** One client, or clients that share a part which decides what they take. */
export interface Client {
  /** The name that people know. */
  title: string;
  rules: readonly Rule[];
  facts: readonly Fact[];
}

/** What one client makes of one tool, or of the whole list. */
export interface Finding<TName extends string = string> {
  client: TName;
  /** `undefined` if it is about the whole list. */
  tool: string | undefined;
  rule: string;
  severity: Severity;
  /** Whether the client loses all tools, and not only this one. */
  losesAll: boolean;
  /** What is there, and where. */
  detail: string;
  /** The detail, and what the client makes of it. */
  message: string;
  fix: string;
}
