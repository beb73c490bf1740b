import type { ClientCapabilities } from '@modelcontextprotocol/server';
import type { InputRequest, OpenQuestions } from '../../call/ask.ts';
import type { Era } from '../../catalog/era.ts';
import { isRecord } from '../../record.ts';
import { uncached } from '../advertise.ts';
import type { Answer } from '../answer.ts';
import type { CallMethod } from '../call-by-name.ts';
import type { ServerInfo } from '../options.ts';
import { metaKeys } from '../spec.ts';

/** Writes the results and errors of calls, as the SDK writes them. */
export interface Writer {
  /** What each result of 2026 ends with, before its last bracket. */
  modernTail: string;
  /** Writes the answer to a call that has ended. */
  write: (answer: Answer, method: CallMethod, era: Era) => string;
  /** Writes what a client of 2026 is asked. `sealed` is the state that it sends back. */
  writeQuestions: (open: OpenQuestions, sealed: string) => string;
}

export function createWriter(server: ServerInfo): Writer {
  const { instructions: _, capabilities: __, ...info } = server;
  const serverMeta = { [metaKeys.serverInfo]: info };
  const endOfMeta = `"_meta":${JSON.stringify(serverMeta)}`;
  const modernTail = `,"resultType":"complete",${endOfMeta}`;
  return {
    modernTail,
    write(answer, method, era) {
      if (answer.kind === 'error') return `"error":${JSON.stringify(answer.error)}`;
      const { result, json, text = json } = answer;
      if (json !== undefined) {
        const tail = era === 'modern' ? modernTail : '';
        return `"result":{"content":[{"type":"text","text":${JSON.stringify(text)}}],"structuredContent":${json}${tail}}`;
      }
      if (era === 'legacy') return `"result":${JSON.stringify(result)}`;
      const hints = method === 'resources/read' ? uncached : undefined;
      const _meta = { ...result._meta, ...serverMeta };
      return `"result":${JSON.stringify({ ...hints, resultType: 'complete', ...result, _meta })}`;
    },
    writeQuestions({ requests }, sealed) {
      const asked = JSON.stringify({
        resultType: 'input_required',
        inputRequests: requests,
        requestState: sealed,
      });
      return `"result":${asked.slice(0, -1)},${endOfMeta}}`;
    },
  };
}

/**
 * Whether a client has said that it answers all of these questions. If not, or if they are of another kind, the SDK says what
 * is wrong.
 */
export function isOffered({ requests }: OpenQuestions, offered: ClientCapabilities | undefined): boolean {
  return Object.values(requests).every((request) => offered !== undefined && isOneOffered(request, offered));
}

/** The app may have made the request by hand. */
function isOneOffered(request: InputRequest, { elicitation, sampling, roots }: ClientCapabilities): boolean {
  if (!isRecord(request)) return false;
  const { method, params = {} } = request as { method: string; params?: Record<string, unknown> };
  switch (method) {
    case 'elicitation/create':
      if (params['mode'] === 'url') return elicitation?.url !== undefined;
      // A client that names no kind of elicitation can show a form.
      return elicitation !== undefined && (!elicitation.url || elicitation.form !== undefined);
    case 'sampling/createMessage':
      return sampling !== undefined && params['tools'] === undefined && params['toolChoice'] === undefined;
    case 'roots/list':
      return roots !== undefined;
    default:
      return false;
  }
}
