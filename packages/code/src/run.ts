import type { CodeAnswer, CodeRun } from '@trpc-mcp/core';
import { Api } from './api.ts';
import { type Call, makeCall } from './calls.ts';
import type { Engine } from './engine/engine.ts';
import { type Outside, Sandbox } from './engine/sandbox.ts';
import { Stop } from './engine/stop.ts';
import { Log } from './log.ts';
import type { CodeLimits } from './options.ts';
import { type Ending, tellFailure, tellResult, type Told } from './report.ts';

/** Runs code once, with the calls that it makes. Rejects only for what is nobody's fault in the code. */
export async function runCode(
  code: string,
  run: CodeRun,
  engine: Engine,
  limits: CodeLimits,
): Promise<CodeAnswer> {
  const api = new Api(await run.tools());
  const program = new Program(code, api, run, limits);
  const ending = await program.run(engine);
  const told: Told = { code, calls: program.calls, log: program.log, limits, form: program.form };
  return ending.kind === 'result' ? tellResult(ending, told, run.maxTokens) : tellFailure(ending, told);
}

/** One run: the sandbox on one side, the calls on the other. It ends when the code has, and all calls that it made. */
class Program {
  readonly calls: Call[] = [];
  readonly log: Log;
  form: 'script' | 'function' = 'script';
  readonly #code: string;
  readonly #api: Api;
  readonly #run: CodeRun;
  readonly #limits: CodeLimits;
  /** Calls that wait until others have ended, by id: the first call has 1. */
  readonly #waiting: number[] = [];
  #running = 0;
  /** How long the arguments are of all calls that have not ended. They are kept outside of the sandbox. */
  #heldCharacters = 0;
  #ended: Ending | undefined;
  #sandbox: Sandbox | undefined;
  #close!: (ending: Ending) => void;
  #break!: (error: unknown) => void;
  readonly #closed = new Promise<Ending>((resolve, reject) => {
    this.#close = resolve;
    this.#break = reject;
  });

  constructor(code: string, api: Api, run: CodeRun, limits: CodeLimits) {
    this.#code = code;
    this.#api = api;
    this.#run = run;
    this.#limits = limits;
    this.log = new Log(limits.maxConsoleCharacters);
  }

  async run(engine: Engine): Promise<Ending> {
    const { signal, startedAt, seed } = this.#run;
    if (signal.aborted) return { kind: 'stop', reason: 'aborted' };
    const stop = () => this.#close({ kind: 'stop', reason: 'aborted' });
    const timer = setTimeout(() => this.#close({ kind: 'stop', reason: 'time' }), this.#limits.timeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    try {
      const start = { tree: this.#api.toTree(), startedAt, seed };
      this.#sandbox = await Sandbox.create(engine, this.#limits, this.#outside(), start);
      this.#enter(() => this.#sandbox!.run(this.#code, (form) => (this.form = form)));
      return await this.#closed;
    } catch (error) {
      // The sandbox is made in the same way as it runs, and may be too small for the names of all procedures.
      if (error instanceof Stop) return { kind: 'stop', reason: error.reason };
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      this.#sandbox?.dispose();
      this.#sandbox = undefined;
    }
  }

  #outside(): Outside {
    return {
      call: (path, json) => this.#request(path, json),
      missing: (path, name) => this.#api.tellMissing(path, name),
      log: (text) => this.log.add(text),
      end: (json) => (this.#ended ??= { kind: 'result', json }),
      fail: (json) => (this.#ended ??= { kind: 'thrown', json }),
    };
  }

  /** Takes a call from the code. It begins when the code has come to rest, so that nothing of the app runs inside of it. */
  #request(path: string, json: string): number | string {
    const tool = this.#api.get(path);
    if (!tool) return refusal('NOT_FOUND', this.#api.tellMissing('', path));
    if (json.length > mostArgumentCharacters) {
      const words = `The arguments of ${path} have ${json.length} characters, and may have ${mostArgumentCharacters}.`;
      return refusal('PAYLOAD_TOO_LARGE', words);
    }
    const { maxCalls, memoryBytes } = this.#limits;
    if (this.calls.length >= maxCalls) {
      const words = `A run may make ${maxCalls} calls, and this one has made them. Use a call that does more at once, or a second run.`;
      return refusal('TOO_MANY_REQUESTS', words);
    }
    const most = Math.floor(memoryBytes / 8);
    if (this.#heldCharacters + json.length > most) {
      const words = `The calls that have not ended have ${this.#heldCharacters} characters of arguments, with those of ${path} ${this.#heldCharacters + json.length}, and may have ${most} together. Await some of them first.`;
      return refusal('PAYLOAD_TOO_LARGE', words);
    }
    this.#heldCharacters += json.length;
    const id = this.calls.push({ tool, json, state: 'waiting' });
    this.#waiting.push(id);
    return id;
  }

  /** Runs something in the sandbox, and then what follows from it. */
  #enter(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof Stop) {
        if (error.reason === 'broken') return this.#break(error.cause);
        return this.#close({ kind: 'stop', reason: error.reason });
      }
      if (error instanceof Error && error.name === 'SyntaxError') {
        return this.#close({ kind: 'syntax', message: error.message, stack: error.stack ?? '' });
      }
      return this.#break(error);
    }
    while (this.#waiting.length > 0 && this.#running < this.#limits.maxConcurrentCalls) {
      this.#begin(this.#waiting.shift()!);
    }
    if (this.#running > 0) return;
    // Nothing is under way any more that could go on with code that still waits.
    this.#close(this.#ended ?? { kind: 'stop', reason: 'stuck' });
  }

  #begin(id: number): void {
    const call = this.calls[id - 1]!;
    const { length } = call.json;
    call.state = 'running';
    this.#running += 1;
    this.#run.progress({ progress: id, message: call.tool.path });
    makeCall(call, this.#run, this.#limits.memoryBytes / 8).then(
      ({ isOk, json }) => {
        this.#running -= 1;
        this.#heldCharacters -= length;
        call.isLate = this.#ended !== undefined;
        // The run was ended meanwhile.
        if (!this.#sandbox) return;
        this.#enter(() => this.#sandbox!.settle(id, isOk, json));
      },
      (error: unknown) => this.#break(error),
    );
  }
}

/** As many as a request of MCP may have in usual set-ups. */
const mostArgumentCharacters = 1_000_000;

function refusal(code: string, message: string): string {
  return JSON.stringify({ code, message });
}
