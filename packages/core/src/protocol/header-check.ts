import type { Catalog } from '../catalog/catalog.ts';
import type { ParamHeader } from '../catalog/param-header.ts';
import type { Tool } from '../catalog/tool.ts';
import { isRecord } from '../record.ts';
import type { Exchange } from './exchange.ts';

/** An argument that differs from its header. */
export interface HeaderMismatch {
  tool: Tool;
  message: string;
}

/**
 * Compares the arguments that a client of 2026 sends as headers too. Returns the first that differs from its header.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#custom-headers
 */
export function checkParamHeaders(
  catalog: Catalog,
  message: unknown,
  exchange: Exchange,
): HeaderMismatch | undefined {
  const { method, params } = (message ?? {}) as {
    method?: unknown;
    params?: { name?: unknown; arguments?: unknown };
  };
  if (method !== 'tools/call' || typeof params?.name !== 'string') return undefined;
  const tool = catalog.tools.get(params.name);
  for (const paramHeader of tool?.paramHeaders ?? []) {
    const wrong = mismatchOf(paramHeader, params.arguments, exchange);
    if (wrong !== undefined) return { tool: tool!, message: wrong };
  }
  return undefined;
}

function mismatchOf({ header, path }: ParamHeader, args: unknown, exchange: Exchange): string | undefined {
  const value = path.reduce<unknown>(
    (object, key) => (isRecord(object) && Object.hasOwn(object, key) ? object[key] : undefined),
    args,
  );
  const sent = exchange.header(header);
  const where = path.join('.');
  if (value === undefined || value === null) {
    if (sent !== undefined) return `the header ${header} is there, and the argument ${where} is not`;
  } else if (sent === undefined) {
    return `the argument ${where} has to be sent as the header ${header} too`;
  } else {
    const text = decode(sent);
    if (text === undefined) return `the header ${header} is not valid Base64`;
    if (!isSame(text, value)) return `the header ${header} says something else than the argument ${where}`;
  }
  return undefined;
}

/** Decodes a value that a header cannot hold as it is. It is sent as `=?base64?…?=`. */
function decode(value: string): string | undefined {
  const encoded = /^=\?base64\?(.*)\?=$/.exec(value)?.[1];
  if (encoded === undefined) return value;
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    // `atob` is lenient. Only one spelling of each value is accepted.
    if (btoa(String.fromCharCode(...bytes)) !== encoded) return undefined;
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Compares numbers by value: `1.0` is 1. A text that JSON does not have for a number, such as `0x10`, is none. */
function isSame(text: string, value: unknown): boolean {
  if (typeof value !== 'number') return text === String(value);
  return numberPattern.test(text) && Number(text) === value;
}

const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i;
