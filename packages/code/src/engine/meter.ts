import { WasmReader, signed, unsigned } from './wasm-reader.ts';

/**
 * Makes a copy of the WebAssembly of QuickJS that nothing can keep busy for ever. At the start of each round of each loop it
 * counts, and after `roundsPerTick` rounds it calls its import `env.host_interrupt`, which ends the run when it throws.
 *
 * QuickJS by itself asks whether to go on only between the instructions of a script. Its functions in C do not ask: after
 * `Array.prototype.includes.call({ length: 2 ** 53 }, 1)` nothing in the process would ever run again.
 *
 * An instruction that fills or copies memory has no rounds, and takes as long as the memory is large. It asks once for every
 * 64 KiB before it begins.
 */
export function meter(bytes: Uint8Array, roundsPerTick: number): Uint8Array<ArrayBuffer> {
  const sections = readSections(bytes);
  const counter = countGlobals(sections);
  const tick = findFunction(sections, 'host_interrupt');
  const subtract = [op.globalGet, ...unsigned(counter), op.i32Const, ...signed(1), op.i32Sub];
  const store = [op.globalSet, ...unsigned(counter)];
  const isZero = [op.globalGet, ...unsigned(counter), op.i32Eqz];
  const ask = [op.i32Const, ...signed(roundsPerTick), ...store, op.call, ...unsigned(tick), op.drop];
  const rounds = Uint8Array.from([...subtract, ...store, ...isZero, op.if, noType, ...ask, op.end]);
  const bytesOfBulk = toBulkCount(counter + 1, tick);
  const globals = [roundsPerTick, 0, 0].map(toGlobal);
  const parts: Uint8Array[] = [bytes.subarray(0, headLength)];
  for (const { id, body } of sections) {
    // Custom sections are for debuggers, and have offsets that no longer hold.
    if (id === sectionId.custom) continue;
    const made =
      id === sectionId.global
        ? append(body, globals)
        : id === sectionId.code
          ? count(body, { rounds, bytesOfBulk })
          : body;
    parts.push(Uint8Array.from([id, ...unsigned(made.length)]), made);
  }
  return concat(parts);
}

/** What is put in front of instructions. */
interface Counts {
  /** At the start of a loop. */
  rounds: Uint8Array;
  /** Before memory is filled or copied. */
  bytesOfBulk: Uint8Array;
}

/** A mutable number of 32 bits. */
function toGlobal(value: number): number[] {
  return [0x7f, 1, op.i32Const, ...signed(value), op.end];
}

/** Asks for every 64 KiB of the length that is on the stack, and leaves it there. `first` is a global of its own, and the next one. */
function toBulkCount(first: number, tick: number): Uint8Array {
  const length = unsigned(first);
  const left = unsigned(first + 1);
  const keep = [op.globalSet, ...length, op.globalGet, ...length];
  const divide = [op.i32Const, ...signed(16), op.i32ShiftRight, op.globalSet, ...left];
  const ask = [op.call, ...unsigned(tick), op.drop];
  const subtract = [op.globalGet, ...left, op.i32Const, ...signed(1), op.i32Sub, op.globalSet, ...left];
  const again = [op.globalGet, ...left, op.branchIf, 0];
  const loop = [op.loop, noType, ...ask, ...subtract, ...again, op.end];
  const rounds = [op.globalGet, ...left, op.if, noType, ...loop, op.end];
  return Uint8Array.from([...keep, ...divide, ...rounds, op.globalGet, ...length]);
}

/** The magic number and the version. */
const headLength = 8;
/** https://webassembly.github.io/spec/core/binary/modules.html#sections */
const sectionId = { custom: 0, import: 2, global: 6, code: 10 };
/** https://webassembly.github.io/spec/core/binary/instructions.html */
const op = {
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  branchIf: 0x0d,
  call: 0x10,
  drop: 0x1a,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i32Eqz: 0x45,
  i32Sub: 0x6b,
  i32ShiftRight: 0x76,
};
/** The type of a block that takes nothing and leaves nothing. */
const noType = 0x40;

interface Section {
  id: number;
  body: Uint8Array;
}

function readSections(bytes: Uint8Array): Section[] {
  const reader = new WasmReader(bytes);
  reader.take(headLength);
  const sections: Section[] = [];
  while (reader.at < bytes.length) {
    const id = reader.byte();
    sections.push({ id, body: reader.take(reader.unsigned()) });
  }
  return sections;
}

function bodyOf(sections: readonly Section[], wanted: number): Uint8Array {
  const found = sections.find(({ id }) => id === wanted);
  if (!found) throw new Error(`The module has no section ${wanted}.`);
  return found.body;
}

/** The index of a function that the module imports. Functions that are imported have the first indexes. */
function findFunction(sections: readonly Section[], wanted: string): number {
  const reader = new WasmReader(bodyOf(sections, sectionId.import));
  const decoder = new TextDecoder();
  let functions = 0;
  for (let left = reader.unsigned(); left > 0; left -= 1) {
    reader.take(reader.unsigned());
    const name = decoder.decode(reader.take(reader.unsigned()));
    // Our count of globals holds as long as none is imported.
    if (reader.byte() !== 0) throw new Error(`The module imports ${name}, which is not a function.`);
    reader.unsigned();
    if (name === wanted) return functions;
    functions += 1;
  }
  throw new Error(`The module does not import ${wanted}.`);
}

function countGlobals(sections: readonly Section[]): number {
  return new WasmReader(bodyOf(sections, sectionId.global)).unsigned();
}

/** Adds entries to a list, which begins with its length. */
function append(body: Uint8Array, entries: readonly number[][]): Uint8Array {
  const reader = new WasmReader(body);
  const length = unsigned(reader.unsigned() + entries.length);
  return concat([Uint8Array.from(length), body.subarray(reader.at), Uint8Array.from(entries.flat())]);
}

/** Puts instructions into each function: at the start of each loop, and before memory is filled or copied. */
function count(code: Uint8Array, counts: Counts): Uint8Array {
  const reader = new WasmReader(code);
  const functions = reader.unsigned();
  const parts: Uint8Array[] = [Uint8Array.from(unsigned(functions))];
  for (let index = 0; index < functions; index += 1) {
    const written = countIn(reader.take(reader.unsigned()), counts);
    parts.push(Uint8Array.from(unsigned(written.length)), written);
  }
  return concat(parts);
}

function countIn(body: Uint8Array, { rounds, bytesOfBulk }: Counts): Uint8Array {
  const reader = new WasmReader(body);
  for (let groups = reader.unsigned(); groups > 0; groups -= 1) {
    reader.unsigned();
    reader.byte();
  }
  const parts: Uint8Array[] = [];
  let copied = 0;
  while (reader.at < body.length) {
    const start = reader.at;
    const opcode = reader.byte();
    const isBulk = reader.isOnMemory(opcode);
    reader.skipOperands(opcode);
    if (opcode !== op.loop && !isBulk) continue;
    const at = isBulk ? start : reader.at;
    parts.push(body.subarray(copied, at), isBulk ? bytesOfBulk : rounds);
    copied = at;
  }
  return concat([...parts, body.subarray(copied)]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
