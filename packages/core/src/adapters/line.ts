/** Receives the lines that a `LineReader` reads. */
export interface LineSink {
  line(text: string): void;
  /** Is called at the end of a line that has too many bytes. */
  tooLong(): void;
}

/** Splits bytes into lines, and keeps at most `maxBytes` of a line in memory. */
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

  /** Ends the current line, also without a line break. */
  end(): void {
    const pieces = this.#pieces;
    const isTooLong = this.#size > this.#maxBytes;
    this.#pieces = [];
    this.#size = 0;
    if (isTooLong) return this.#sink.tooLong();
    const text = Buffer.concat(pieces).toString().replace(byteOrderMark, '');
    // The text may end with a carriage return, which JSON ignores as white space.
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
