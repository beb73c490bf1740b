import { readBody } from './body.ts';
import { open } from './connection.ts';
import { type HttpRequest, toBytes, toHttp } from './request.ts';

const ask = { procedure: 'agree', input: { name: 'Ada' } };
const meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
const clients = 16;

/** The first round of a call that needs consent: its answer is the question. */
export const firstRound: HttpRequest = toHttp('2026-07-28', ask, { meta });

/** The second round, in which the person agrees. Its state is good for one call only. */
export function secondRound(state: string): Buffer {
  const inputResponses = { confirm: { action: 'accept', content: {} } };
  const params = { inputResponses, requestState: state };
  return toBytes(toHttp('2026-07-28', ask, { meta, params }), 'keep-alive');
}

/** Asks so many times, and returns the states that came with the questions. */
export async function collectStates(port: number, count: number): Promise<string[]> {
  const states: string[] = [];
  const bytes = toBytes(firstRound, 'keep-alive');
  let left = count;
  const client = async () => {
    const connection = await open(port);
    while (left-- > 0) states.push(stateOf(readBody(await connection.send(bytes))));
    connection.close();
  };
  await Promise.all(Array.from({ length: clients }, client));
  return states;
}

function stateOf(body: string): string {
  const { result } = JSON.parse(body) as { result?: { requestState?: string } };
  if (result?.requestState === undefined) throw new Error(`no question: ${body.slice(0, 300)}`);
  return result.requestState;
}
