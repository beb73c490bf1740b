import type { CallToolResult, Progress, Tool } from '@modelcontextprotocol/client';
import { attempt } from '../session/connection.ts';
import { explainFailure, type Failure } from '../session/failure.ts';
import { credential, era } from '../session/settings.ts';
import { createStore } from '../store.ts';
import { noteExchanges } from './exchanges.ts';

/** One call of a tool from this page. */
export interface Run {
  id: number;
  tool: Tool;
  args: Readonly<Record<string, unknown>>;
  /** When it began, in milliseconds since 1970. */
  at: number;
  /** How long it took, in milliseconds. `undefined` while it runs. */
  ms: number | undefined;
  outcome: 'running' | 'answered' | 'refused' | 'failed' | 'cancelled';
  progress: Progress | undefined;
  result: CallToolResult | undefined;
  failure: Failure | undefined;
  /** The ids of its exchanges in `wire`. */
  exchanges: readonly number[];
}

/** The calls of this tab, the oldest first. A call goes on when another tool is opened. */
export const runs = createStore<readonly Run[]>([]);

const mostKept = 100;
const controllers = new Map<number, AbortController>();
let lastId = 0;

/** Calls a tool. Never rejects. */
export async function startRun(tool: Tool, args: Readonly<Record<string, unknown>>): Promise<void> {
  const id = ++lastId;
  const controller = new AbortController();
  controllers.set(id, controller);
  const started = performance.now();
  const run: Run = {
    id,
    tool,
    args,
    at: Date.now(),
    ms: undefined,
    outcome: 'running',
    progress: undefined,
    result: undefined,
    failure: undefined,
    exchanges: [],
  };
  runs.update((all) => [...dropOldest(all), run]);
  const stop = noteExchanges(tool.name, args, (exchanges) => change(id, { exchanges }));
  try {
    const result = await attempt((client) =>
      client.callTool(
        { name: tool.name, arguments: args },
        {
          signal: controller.signal,
          // The app decides how long a call may take. This is the longest time that a timer holds.
          timeout: 2 ** 31 - 1,
          resetTimeoutOnProgress: true,
          onprogress: (progress) => !isOfClient(progress) && change(id, { progress }),
        },
      ),
    );
    change(id, { result, outcome: result.isError ? 'refused' : 'answered' });
  } catch (error) {
    change(
      id,
      controller.signal.aborted
        ? { outcome: 'cancelled' }
        : {
            outcome: 'failed',
            failure: explainFailure(error, { credential: credential.get(), era: era.get() }),
          },
    );
  } finally {
    controllers.delete(id);
    change(id, { ms: performance.now() - started });
    stop();
  }
}

/** Cancels a call, and tells the server. */
export function cancelRun(id: number): void {
  controllers.get(id)?.abort(new Error('The person has cancelled the call.'));
}

/** Forgets the calls that have ended. */
export function clearRuns(): void {
  runs.update((all) => all.filter(({ outcome }) => outcome === 'running'));
}

/** The client reports the rounds of questions of a call as progress, which is not the tool's. */
function isOfClient({ message }: Progress): boolean {
  return message?.startsWith('Fulfilling input required by ') ?? false;
}

function change(id: number, part: Partial<Run>): void {
  runs.update((all) => all.map((run) => (run.id === id ? { ...run, ...part } : run)));
}

function dropOldest(all: readonly Run[]): readonly Run[] {
  let over = all.length + 1 - mostKept;
  return over <= 0 ? all : all.filter(({ outcome }) => outcome === 'running' || over-- <= 0);
}
