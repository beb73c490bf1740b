import { resourceMetadataHandler } from '@trpc-mcp/core';
import { oauth } from '../../../../oauth.ts';

const metadata = resourceMetadataHandler(oauth);
// Next.js calls a route with a second argument, which `metadata` must not get.
const handler = (request: Request): Response => metadata(request);

export { handler as GET, handler as OPTIONS };
