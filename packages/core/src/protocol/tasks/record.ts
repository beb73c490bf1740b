import type { ClientCapabilities, Implementation, InputRequest, Result } from '@modelcontextprotocol/server';
import type { AskState, OpenQuestions } from '../../call/ask.ts';
import type { TraceContext } from '../../call/context.ts';
import type { RpcError } from '../json-rpc.ts';

/** What the app's queue carries. It is plain JSON, and holds nothing of the call itself. */
export interface TaskJob {
  /** The id of the task. */
  id: string;
  /** 0 when the task begins. Each time that its questions are answered, it is one more. With the id it names the job. */
  round: number;
  /** The tool that is called. */
  tool: { name: string; path: string };
}

/** Who called, as it is kept for a worker: without the credential. */
export interface SealedCaller {
  /** The person or account, as `auth` or `callerId` named it. */
  subject: string;
  /** The client of OAuth that called. Empty if there is none. */
  clientId: string;
  /** The scopes of the credential at the time of the call. */
  scopes: string[];
  /** What `auth.authenticate` returned as `extra`, as JSON, without texts that the request sent as its credential. */
  extra?: Record<string, unknown>;
}

/** What does not change about a task, from its beginning on. */
export interface Facts {
  id: string;
  /** The key of the caller, to whom the task belongs. */
  owner: string;
  tool: TaskJob['tool'];
  args: unknown;
  createdAt: number;
  ttlMs: number;
  pollMs: number;
  /** Whether a worker of the app's queue runs it. */
  isQueued: boolean;
  /** `undefined` if nobody was authenticated. */
  caller: SealedCaller | undefined;
  client: Implementation | undefined;
  capabilities: ClientCapabilities | undefined;
  trace: TraceContext | undefined;
  /** The rounds before the task was made, and the answers to the questions of the last one. */
  state: AskState | undefined;
  responses: Record<string, unknown> | undefined;
}

/** How far a task is. Only the process that runs it writes it. */
export interface Stage {
  round: number;
  updatedAt: number;
  message?: string;
  /** Set while the task waits for answers. */
  open?: OpenQuestions;
  /** The keys under which the client sees the open questions, and the keys that these have for the app. */
  keys?: Record<string, string>;
  /** All keys that the client has seen. None of them is used again. */
  used: string[];
}

/** How a task ended. It is written once, and never changed. */
export type End = { endedAt: number } & (
  { status: 'completed'; result: Result } | { status: 'failed'; error: RpcError } | { status: 'cancelled' }
);

/** What a client is told of a task. @see https://modelcontextprotocol.io/extensions/tasks/overview */
export interface Task {
  taskId: string;
  status: 'working' | End['status'] | 'input_required';
  statusMessage?: string;
  createdAt: string;
  lastUpdatedAt: string;
  ttlMs: number;
  pollIntervalMs: number;
  inputRequests?: Record<string, InputRequest>;
  result?: Result;
  error?: RpcError;
}

/** Whether the time in which a task may run is over. */
export function isLate({ createdAt, ttlMs }: Facts): boolean {
  return Date.now() > createdAt + ttlMs;
}
