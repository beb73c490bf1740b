// The server behind the stdio transport. Its user is in the environment.
import { serveStdio } from '../../src/adapters/stdio.ts';
import { router, userOf } from './router.ts';

serveStdio(router, { createContext: () => ({ user: userOf(process.env['AUTHORIZATION']) }) });
