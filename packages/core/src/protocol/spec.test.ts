import {
  BAGGAGE_META_KEY,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
  SERVER_INFO_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
  TRACEPARENT_META_KEY,
  TRACESTATE_META_KEY,
} from '@modelcontextprotocol/server';
import { expect, test } from 'vitest';
import { revision } from './advertise.ts';
import { legacyRevisions, metaKeys } from './spec.ts';

test('the keys of _meta are those of the SDK', () => {
  expect(metaKeys).toEqual({
    protocolVersion: PROTOCOL_VERSION_META_KEY,
    clientInfo: CLIENT_INFO_META_KEY,
    clientCapabilities: CLIENT_CAPABILITIES_META_KEY,
    serverInfo: SERVER_INFO_META_KEY,
    traceparent: TRACEPARENT_META_KEY,
    tracestate: TRACESTATE_META_KEY,
    baggage: BAGGAGE_META_KEY,
  });
});

test('the older revisions are those that the SDK serves', () => {
  expect(legacyRevisions).toEqual(SUPPORTED_PROTOCOL_VERSIONS.filter((version) => version !== revision));
});
