import type { Answer } from './connection.ts';

/** The body, out of its chunks and out of its event stream where it came in them. */
export function readBody(answer: Answer): string {
  const bytes = answer.bytes();
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.toString('latin1', 0, end);
  const raw = bytes.subarray(end + 4);
  const body = (/\r\ntransfer-encoding: chunked/i.test(head) ? unchunk(raw) : raw).toString();
  return /\r\ncontent-type: text\/event-stream/i.test(head)
    ? (/^data: (\{.*)$/m.exec(body)?.[1] ?? '')
    : body;
}

function unchunk(raw: Buffer): Buffer {
  const pieces = [];
  for (let at = 0; ;) {
    const line = raw.indexOf('\r\n', at);
    const size = Number.parseInt(raw.toString('latin1', at, line), 16);
    if (!size) return Buffer.concat(pieces);
    pieces.push(raw.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
