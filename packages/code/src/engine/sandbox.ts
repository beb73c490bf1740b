import type { JSException, JSValueHandle, QuickJS } from 'quickjs-wasi';
import { closeSystem, type Engine, hostFunction } from './engine.ts';
import { asScript, toWrapped } from '../source.ts';
import { isSyntaxError, Stop, type StopReason, toStop } from './stop.ts';
import { Stopwatch } from './stopwatch.ts';
import { readText } from './text.ts';
import { charactersOfTick, ticksOfAnswer, ticksPerMs } from './ticks.ts';

/** What a sandbox may use. */
export interface SandboxLimits {
  /** How long its code may run, in milliseconds, without the time that it waits. */
  cpuMs: number;
  /** How long it may exist, in milliseconds. */
  timeoutMs: number;
  /** How much memory it may have, in bytes. */
  memoryBytes: number;
}

/** What code in a sandbox reaches. Everything is text. */
export interface Outside {
  /** A call: the path of a procedure, and the JSON of its arguments. Returns an id, or the JSON of a refusal. */
  call(path: string, json: string): number | string;
  /** A name that is not there. Returns what to say about it. */
  missing(path: string, name: string): string;
  log(text: string): void;
  /** The JSON of the result; empty for no result. */
  end(json: string): void;
  /** The JSON of what was thrown, and where. */
  fail(json: string): void;
}

/** What code begins with. */
export interface Start {
  /** The JSON of all procedures. */
  tree: string;
  startedAt: number;
  seed: number;
}

/** The name of the code in stacks. */
export const fileName = 'code.js';

/** How deep the stack of the engine may be. Deeper ones meet the limit of the runtime around it, on some of them. */
const stackBytes = 256 * 1024;

/** One instance of the engine, for one run. Each function throws a `Stop` if it ended the sandbox, which is of no use then. */
export class Sandbox {
  readonly #vm: QuickJS;
  readonly #engine: Engine;
  readonly #limits: SandboxLimits;
  readonly #outside: Outside;
  readonly #stopwatch = new Stopwatch();
  readonly #createdAt = performance.now();
  #ticks = 0;
  #isStarted = false;
  /** Why it has to end, where that was found out in a place that must not throw. */
  #stop: Stop | undefined;

  private constructor(vm: QuickJS, engine: Engine, limits: SandboxLimits, outside: Outside) {
    this.#vm = vm;
    this.#engine = engine;
    this.#limits = limits;
    this.#outside = outside;
  }

  static async create(
    engine: Engine,
    limits: SandboxLimits,
    outside: Outside,
    { tree, startedAt, seed }: Start,
  ): Promise<Sandbox> {
    let sandbox: Sandbox | undefined;
    const vm = await engine.QuickJS.restore(engine.snapshot, {
      wasm: engine.module as never,
      wasi: closeSystem(startedAt),
      timezoneOffset: 0,
      memoryLimit: limits.memoryBytes,
      maxStackSize: stackBytes,
      interruptHandler: () => sandbox?.checkTime() ?? false,
    });
    const made = new Sandbox(vm, engine, limits, outside);
    sandbox = made;
    vm.registerHostCallback(hostFunction, (...args) => made.#tryAnswering(args));
    made.#enter(() => made.#call('start', [vm.newString(tree), vm.newNumber(seed)]));
    // What was done before the code begins is not its own.
    made.#stopwatch.reset();
    made.#ticks = 0;
    made.#isStarted = true;
    return made;
  }

  /**
   * Runs code until it waits for something. Throws a `SyntaxError` for code that cannot be read. `onForm` is told in which form
   * it is run: as a script, whose last value is the result, or as a function, which may say `return`.
   */
  run(code: string, onForm: (form: 'script' | 'function') => void): void {
    this.#enter(() => {
      const vm = this.#vm;
      let outcome: JSValueHandle;
      let isScript = true;
      onForm('script');
      try {
        outcome = vm.evalCode(code, fileName, asScript);
      } catch (error) {
        if (!isSyntaxError(error)) throw error;
        onForm('function');
        outcome = vm.evalCode(toWrapped(code), fileName);
        isScript = false;
      }
      this.#call('finish', [outcome, isScript ? vm.true : vm.false]);
    });
  }

  /** Ends a call, and runs what waited for it. */
  settle(id: number, isOk: boolean, json: string): void {
    const vm = this.#vm;
    this.#enter(() =>
      this.#call('settle', [vm.newNumber(id), isOk ? vm.true : vm.false, vm.newString(json)]),
    );
  }

  dispose(): void {
    this.#vm.dispose();
  }

  /** Asked by the engine, again and again. Throws through all of its frames when the time is over. */
  checkTime(): false {
    if (this.#stop) throw this.#stop;
    if (!this.#isStarted) return false;
    this.#ticks += 1;
    const reason = this.#findOver();
    if (reason) throw new Stop(reason);
    return false;
  }

  /** Says which of its times is over, if one is. */
  #findOver(): StopReason | undefined {
    const { cpuMs, timeoutMs } = this.#limits;
    if (this.#ticks > cpuMs * ticksPerMs || this.#stopwatch.hasPassed(cpuMs)) return 'cpu';
    // The timer of the run cannot end it while this computes.
    return performance.now() - this.#createdAt > timeoutMs ? 'time' : undefined;
  }

  /**
   * Answers the one function that code in the sandbox reaches. It never throws: a stack of the app would go into the sandbox.
   * What ends the sandbox is thrown the next time that the engine asks, or when the engine has come to rest.
   */
  #tryAnswering(args: readonly JSValueHandle[]): JSValueHandle {
    try {
      const reason = this.#findOver();
      if (reason) this.#stop ??= new Stop(reason);
      if (!this.#stop) return this.#answer(args);
    } catch (error) {
      const stop = toStop(error);
      this.#stop ??= stop instanceof Stop ? stop : new Stop('broken', error);
    }
    return this.#vm.undefined;
  }

  #answer(args: readonly JSValueHandle[]): JSValueHandle {
    const vm = this.#vm;
    const outside = this.#outside;
    const [kind, first = '', second = ''] = args.map(readText);
    this.#ticks += ticksOfAnswer + Math.floor((first.length + second.length) / charactersOfTick);
    switch (kind) {
      case 'call': {
        const answered = outside.call(first, second);
        return typeof answered === 'number' ? vm.newNumber(answered) : vm.newString(answered);
      }
      case 'missing':
        return vm.newString(outside.missing(first, second));
      case 'log':
        outside.log(first);
        break;
      case 'end':
        outside.end(first);
        break;
      case 'fail':
        outside.fail(first);
        break;
    }
    return vm.undefined;
  }

  #call(name: 'start' | 'settle' | 'finish', args: JSValueHandle[]): void {
    const vm = this.#vm;
    const target = vm.importHandle(this.#engine.tokens[name]);
    vm.callFunction(target, vm.undefined, ...args).dispose();
    target.dispose();
    for (const arg of args) arg.dispose();
  }

  /** Runs something in the engine, and everything that is ready after it. */
  #enter(work: () => void): void {
    this.#stopwatch.begin();
    try {
      work();
      this.#vm.executePendingJobs();
      if (this.#stop) throw this.#stop;
    } catch (error) {
      const stop = this.#stop ?? toStop(error);
      if (!this.#isStarted || !(stop instanceof Stop) || stop.reason !== 'broken') throw stop;
      if (!(error instanceof this.#engine.JSException)) throw stop;
      // The code has found a way to throw outside of the function that was made of it.
      this.#outside.fail(describe(error));
    } finally {
      this.#stopwatch.end();
    }
  }
}

/** What was thrown, as the guest describes it. */
function describe({ name, message, stack = '' }: JSException): string {
  return JSON.stringify({ name, message, code: '', stack });
}
