import { mcpHandler } from '@trpc-mcp/core/fetch';
import { createContext } from '../../../../context.ts';
import { oauth } from '../../../../oauth.ts';
import { appRouter } from '../../../../router.ts';

const handler = mcpHandler(appRouter, { createContext, auth: oauth, return200ForErrors: 'forbidden' });

export { handler as GET, handler as POST, handler as DELETE };
