/** What becomes of the bytes that come in. */
export interface LineSink {
  line(text: string): void;
  /** Once for a line of more bytes than are taken, when its end has come. */
  tooLong(): void;
}

/** Cuts bytes into lines, and keeps no more of a line than `maxBytes`. */
export class LineReader {
  readonly #maxBytes: number;
  readonly #sink: LineSink;
  #pieces: Buffer[] = [];
  #size = 0;

  constructor(maxBytes: number, sink: LineSink) {
    this.#maxBytes = maxBytes;
    this.#sink = sink;
  }

  write(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end));
      this.end();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  /** What is there is a line, also without a line break. */
  end(): void {
    const pieces = this.#pieces;
    const isTooLong = this.#size > this.#maxBytes;
    this.#pieces = [];
    this.#size = 0;
    if (isTooLong) return this.#sink.tooLong();
    const text = Buffer.concat(pieces).toString().replace(byteOrderMark, '');
    // A carriage return before the line break is white space to JSON.
    if (text.trim() !== '') this.#sink.line(text);
  }

  #keep(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#size > this.#maxBytes) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }
}

const newline = 0x0a;
const byteOrderMark = /^\uFEFF/;
