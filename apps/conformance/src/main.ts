import { once } from 'node:events';
import { createApp } from './server.ts';

const { PORT = '3920', FAST_LANE, LEGACY } = process.env;

if (FAST_LANE !== undefined && FAST_LANE !== 'on' && FAST_LANE !== 'off')
  throw new Error(`FAST_LANE is "${FAST_LANE}"; it can be "on" or "off".`);
if (LEGACY !== undefined && LEGACY !== 'stateless' && LEGACY !== 'sessions')
  throw new Error(`LEGACY is "${LEGACY}"; it can be "stateless" or "sessions".`);

const app = createApp({ fastLane: FAST_LANE !== 'off', legacy: LEGACY ?? 'stateless' });
const server = app.listen(Number(PORT), '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
console.log(`The conformance fixture is at http://127.0.0.1:${address.port}/mcp`);
