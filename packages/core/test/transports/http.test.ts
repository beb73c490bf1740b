import { describeTransports } from './describe.ts';
import { httpTransports } from './http.ts';

describeTransports(httpTransports);
