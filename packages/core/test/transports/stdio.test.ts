import { describeTransports } from './describe.ts';
import { stdioTransport } from './stdio.ts';

describeTransports([stdioTransport]);
