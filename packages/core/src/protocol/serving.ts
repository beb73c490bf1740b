import type { McpAuthInfo } from '../meta.ts';
import type { AskState } from '../call/ask.ts';
import type { CallHost, CallParts } from '../call/call.ts';
import type { Caller } from '../call/caller.ts';
import type { Refusal } from '../auth/gate.ts';
import type { FailureOutcome, Outcome } from '../call/outcome.ts';
import type { CallRequest } from '../call/active-call.ts';
import type { TaskInfo } from '../call/task-info.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Journals } from './code/journal.ts';
import type { Exchange, Reply } from './exchange.ts';
import type { ServerInfo } from './options.ts';
import type { Task, TaskJob } from './tasks/record.ts';

/** What all requests of a handler share. */
export interface ServerParts extends CallParts {
  listing: 'all' | 'permitted' | undefined;
  /** The app's own search, which returns the paths of procedures. */
  find: ((query: string, ctx: unknown) => unknown) | undefined;
  info: ServerInfo;
  /** Whether the endpoint has a page for people, which may ask for what other clients have no use for. */
  isInspectable: boolean;
  /** Whether every caller gets the same lists. */
  isPublic: boolean;
  seal: StateSeal;
  /** The work that goes on after its request. `undefined` if no tool has any. */
  tasks: Tasks | undefined;
  /** Keeps the runs of code that wait for an answer. `undefined` if no code is run. */
  journals: Journals | undefined;
}

/** What one request is served with. Nothing in it changes: what comes of a request is returned. */
export interface Serving {
  readonly exchange: CallHost;
  readonly catalog: Catalog;
  readonly auth: McpAuthInfo | undefined;
  /** Finds out who is calling, once for each request. */
  readonly caller: () => Promise<Caller>;
  readonly tasksOf: CallRequest['tasksOf'];
  /** Whether the client takes messages before the answer: progress and questions. */
  readonly mayStream: boolean;
  /**
   * Asks the gate about a call of a tool that is known only while another call runs. `undefined` where it has nothing to decide.
   */
  readonly authorize?: ((tool: string) => Promise<Refusal | undefined>) | undefined;
  /**
   * Returns what a request of a method with the same credential would be served with now, or why it would be refused.
   * `undefined` where that cannot change.
   */
  readonly renew?: ((method: string) => Promise<Serving | FailureOutcome>) | undefined;
}

/** What a request over HTTP is served with. */
export interface HttpServing extends Serving {
  readonly exchange: Exchange;
  /** What the query of the URL has chosen of the catalog, the same for every way to write it. Empty for everything. */
  readonly choice: string;
}

/** How a request over HTTP was answered. */
export interface Served {
  reply: Reply;
  /** How the call ended, or why a list was refused. It decides the HTTP status. `undefined` for everything else. */
  outcome: Outcome | undefined;
}

/** Seals the state that a client carries from one round of a call to the next. */
export interface StateSeal {
  seal: (state: AskState) => Promise<string>;
  /** Returns `undefined` if the state was not sealed with the same secret, was changed, or has expired. */
  open: (sealed: string) => Promise<AskState | undefined>;
}

/** Calls whose work goes on after the answer. */
export interface Tasks {
  /** Calls a tool that has `task`: as a task, where the client takes one and is known, and otherwise as any other. */
  call(tool: Tool, args: unknown, serving: Serving, request: CallRequest): Promise<Outcome | undefined>;
  /** Returns `undefined` for a task that is not there, or of somebody else. */
  get(id: unknown, caller: Caller): Promise<Task | undefined>;
  /** Takes answers. Returns whether there is such a task. */
  update(id: unknown, caller: Caller, responses: Record<string, unknown>): Promise<boolean>;
  /** Ends a task, unless it has ended. Returns whether there is such a task. */
  cancel(id: unknown, caller: Caller): Promise<boolean>;
  list: (caller: Caller) => Promise<TaskInfo[]>;
  /** Runs one round of a task that was handed to a queue. */
  run(job: TaskJob): Promise<void>;
  /** Ends what runs in this process. */
  close(): Promise<void>;
}
