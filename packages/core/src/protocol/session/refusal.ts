import { errorReply, type Reply } from '../exchange.ts';
import { errorCodes, type MessageId } from '../json-rpc.ts';

/** @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management */
export function unknownSession(id: MessageId): Reply {
  return refuse(404, 'There is no such session; initialize a new one', id);
}

/** @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management */
export function otherChoice(id: MessageId): Reply {
  const message =
    'This session was opened with other toolsets or another readonly in the URL; send the same, or initialize a new session';
  return refuse(400, message, id);
}

/** @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management */
export function endsByItself(): Reply {
  const message =
    'The caller is not known, so that this session cannot be ended; it ends when nobody uses it';
  return errorReply(405, { code: errorCodes.invalidRequest, message }, { allow: 'GET, POST' });
}

/** @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery */
export function unknownPlace(): Reply {
  const message =
    'Nothing is kept after this Last-Event-ID: it is not of this session, or too old; send GET without it, and repeat the requests that are not answered';
  return refuse(400, message, null);
}

export function tooLarge(maxCharacters: number, id: MessageId): Reply {
  const message = `The params of initialize are larger than ${maxCharacters} characters; say less of the client`;
  return errorReply(400, { code: errorCodes.invalidParams, message }, {}, id);
}

export function closed(id: MessageId): Reply {
  return unavailable('This MCP endpoint is shutting down', id);
}

export function tooMany(id: MessageId): Reply {
  return unavailable(
    'All sessions have calls under way; try again later, or raise the option sessions.max',
    id,
  );
}

/** The store cannot be reached, so that nobody knows whether there is such a session. */
export function away(id: MessageId): Reply {
  return unavailable('This session cannot be looked up at the moment; try again later', id);
}

function refuse(status: number, message: string, id: MessageId): Reply {
  return errorReply(status, { code: errorCodes.invalidRequest, message }, {}, id);
}

function unavailable(message: string, id: MessageId): Reply {
  return errorReply(503, { code: errorCodes.internalError, message }, {}, id);
}
