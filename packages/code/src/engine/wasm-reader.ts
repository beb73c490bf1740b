/** Reads the binary format of WebAssembly: https://webassembly.github.io/spec/core/binary/ */
export class WasmReader {
  /** Where the next byte is. */
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  byte(): number {
    const value = this.bytes[this.at];
    if (value === undefined) throw new Error('The module ends too early.');
    this.at += 1;
    return value;
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new Error('The module ends too early.');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** Reads a number in LEB128. */
  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  /** Skips a number in LEB128, of any size. */
  skipNumber(): void {
    while (this.byte() >= 128);
  }

  /** Skips what belongs to an instruction after its first byte. Throws for one that compilers of C did not write when this was. */
  skipOperands(opcode: number): void {
    if (opcode === bulkPrefix) return this.#skipBulk();
    const kind = operandsOf(opcode);
    switch (kind) {
      case 'none':
        return;
      case 'one':
        return this.skipNumber();
      case 'two':
        this.skipNumber();
        return this.skipNumber();
      case 'table':
        for (let left = this.unsigned() + 1; left > 0; left -= 1) this.skipNumber();
        return;
      default:
        this.take(kind);
    }
  }

  /** Whether the instruction whose first byte was read copies or fills memory. */
  isOnMemory(opcode: number): boolean {
    const next = this.bytes[this.at];
    return opcode === bulkPrefix && (next === 10 || next === 11);
  }

  #skipBulk(): void {
    const opcode = this.unsigned();
    // Conversions of floats to integers have no operands.
    if (opcode < 8) return;
    // memory.init, memory.copy, table.init and table.copy have two, the others one.
    this.skipNumber();
    if (opcode === 8 || opcode === 10 || opcode === 12 || opcode === 14) this.skipNumber();
  }
}

const bulkPrefix = 0xfc;

/** How many numbers follow an opcode, or how many bytes. */
function operandsOf(opcode: number): 'none' | 'one' | 'two' | 'table' | 4 | 8 {
  // unreachable, nop, else, end, return, drop, select
  if ([0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b].includes(opcode)) return 'none';
  // Types of blocks, labels, functions, variables and tables
  if ([0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x12].includes(opcode)) return 'one';
  if (opcode >= 0x20 && opcode <= 0x26) return 'one';
  // br_table
  if (opcode === 0x0e) return 'table';
  // call_indirect and return_call_indirect
  if (opcode === 0x11 || opcode === 0x13) return 'two';
  // Loads and stores have an alignment and an offset.
  if (opcode >= 0x28 && opcode <= 0x3e) return 'two';
  // memory.size, memory.grow, i32.const and i64.const
  if (opcode >= 0x3f && opcode <= 0x42) return 'one';
  if (opcode === 0x43) return 4;
  if (opcode === 0x44) return 8;
  // Everything that only computes
  if (opcode >= 0x45 && opcode <= 0xc4) return 'none';
  throw new Error(`The module has an instruction that is not known here: 0x${opcode.toString(16)}.`);
}

/** Writes a number from 0 to 2^32 - 1 in LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  while (left >= 128) {
    bytes.push((left % 128) + 128);
    left = Math.floor(left / 128);
  }
  return [...bytes, left];
}

/** Writes a number from 0 to 2^31 - 1 in LEB128, where it may be negative. */
export function signed(value: number): number[] {
  const bytes = unsigned(value);
  const last = bytes.at(-1)!;
  // The highest bit of the last byte is the sign.
  return last < 64 ? bytes : [...bytes.slice(0, -1), last + 128, 0];
}
