import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Held } from '../app/held.ts';
import type { Question, Report, Usage } from '../server.ts';
import { nameOf, type ServerShape, type Target } from '../target.ts';
import { onServerCore } from './cores.ts';

/** A running target. */
export interface Running {
  target: Target;
  port: number;
  usage(collect?: boolean): Promise<Usage>;
  /** What it holds. */
  held(): Promise<Held>;
  /** Profiles it for this time and writes a `.cpuprofile`. */
  profile(ms: number, file: string): Promise<void>;
  stop(): void;
}

/** A target that cannot run here, with the reason. */
export interface Skipped {
  target: Target;
  reason: string;
}

const entry = fileURLToPath(new URL('../server.js', import.meta.url));
const startMs = 60_000;

export async function start(target: Target, shape: ServerShape = {}): Promise<Running | Skipped> {
  const nodeArgs = ['--expose-gc', '--no-warnings', entry, nameOf(target), JSON.stringify(shape)];
  const [command, args] = onServerCore(process.execPath, nodeArgs);
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  let complaints = '';
  child.stderr!.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-2000)));
  const ended = once(child, 'exit').then((): Report => ({ failed: complaints || 'it exited' }));
  const late = AbortSignal.timeout(startMs);
  const tooLate = once(late, 'abort').then((): Report => ({ failed: 'it did not start' }));
  const report = await Promise.race([nextReport(child, 'start'), ended, tooLate]);
  if (!('ready' in report)) {
    child.kill();
    return { target, reason: firstLine('failed' in report ? report.failed : 'it answered out of turn') };
  }
  const ask = async (question: Question): Promise<Report> => {
    const answered = nextReport(child, kinds[question.ask]);
    child.send(question);
    return Promise.race([answered, ended]);
  };
  return {
    target,
    port: report.ready,
    async usage(collect = false) {
      const answer = await ask({ ask: 'usage', collect });
      if ('usage' in answer) return answer.usage;
      throw new Error(`${nameOf(target)} has died: ${complaints}`);
    },
    async held() {
      const answer = await ask({ ask: 'held' });
      if ('held' in answer) return answer.held;
      throw new Error(`${nameOf(target)} has died: ${complaints}`);
    },
    async profile(ms, file) {
      await ask({ ask: 'profile', ms, file });
    },
    stop: () => void child.kill(),
  };
}

/** Starts a target, and throws if it cannot run here. */
export async function startOrThrow(target: Target, shape: ServerShape = {}): Promise<Running> {
  const started = await start(target, shape);
  if ('reason' in started) throw new Error(`${nameOf(target)} does not run: ${started.reason}`);
  return started;
}

/** The answer to each question. */
const kinds = { usage: 'usage', held: 'held', profile: 'profiled' } as const satisfies Record<
  Question['ask'],
  string
>;

/** Usage is requested while a profile runs, so each request waits for the answer of its own kind. */
function nextReport(child: ChildProcess, kind: 'start' | (typeof kinds)[Question['ask']]): Promise<Report> {
  return new Promise((resolve) => {
    const take = (report: Report) => {
      if (kind === 'start' ? !('ready' in report || 'failed' in report) : !(kind in report)) return;
      child.off('message', take);
      resolve(report);
    };
    child.on('message', take);
  });
}

function firstLine(text: string): string {
  const line = text.split('\n').find((each) => each.trim() !== '' && !each.startsWith('    at ')) ?? text;
  // Removes paths of this machine from the message.
  return line
    .replaceAll(/\S*\/node_modules\//g, '')
    .replaceAll(/(?<=^|[\s'"(])(file:\/\/)?\/\S*\//g, '')
    .slice(0, 160);
}
