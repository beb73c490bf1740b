import { isDeepStrictEqual } from 'node:util';
import { rowsOf } from '../app/rows.ts';
import type { Protocol } from '../target.ts';
import { readBody } from './body.ts';
import { open } from './connection.ts';
import { toBytes, type Ask, type HttpRequest, toHttp } from './request.ts';

/** The results of the procedures, as JSON. */
export function expectedOf(procedure: string, input: unknown): unknown {
  const { name, count } = (input ?? {}) as { name?: string; count?: number };
  const value = procedure === 'rows' ? { rows: rowsOf(count!) } : { greeting: `Hello ${name}` };
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/** Sends one request. Throws if the answer is not the complete result of the procedure. */
export async function check(
  port: number,
  protocol: Protocol,
  ask: Extract<Ask, { procedure: string }>,
): Promise<void> {
  expectResult(await fetchBody(port, protocol, ask), protocol, ask);
}

/** Throws if a body is not the complete result of the procedure. */
export function expectResult(
  body: string,
  protocol: Protocol,
  ask: Extract<Ask, { procedure: string }>,
): void {
  const expected = expectedOf(ask.procedure, ask.input);
  const message = JSON.parse(body) as Message;
  const seen = protocol === 'trpc' ? [message.result?.data] : toCopies(message);
  if (seen.length === 0 || !seen.every((value) => isDeepStrictEqual(value, expected)))
    throw new Error(`another answer than the procedure's: ${body.slice(0, 300)}`);
}

/** Reads the body of an answer, whose status must be 200. */
export async function fetchBody(port: number, protocol: Protocol, ask: Ask): Promise<string> {
  return fetchAnswer(port, toHttp(protocol, ask));
}

/** Reads the body of the answer to a request. The status must be 200. */
export async function fetchAnswer(port: number, request: HttpRequest | Buffer): Promise<string> {
  const connection = await open(port);
  const answer = await connection.send(Buffer.isBuffer(request) ? request : toBytes(request, 'keep-alive'));
  connection.close();
  const body = readBody(answer);
  if (answer.status !== 200) throw new Error(`the answer is ${answer.status}: ${body.slice(0, 300)}`);
  return body;
}

interface Message {
  result?: { data?: unknown; isError?: boolean; content?: { text: string }[]; structuredContent?: unknown };
}

/** Some libraries answer with text alone. */
function toCopies({ result }: Message): unknown[] {
  if (!result || result.isError || result.content?.length !== 1) return [];
  const text = JSON.parse(result.content[0]!.text) as unknown;
  return 'structuredContent' in result ? [text, result.structuredContent] : [text];
}
