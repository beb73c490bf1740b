// Next.js compiles TypeScript of elsewhere as well, and type-checks an app only if there is some in these folders.
import { route } from '../../handlers.ts';

export { route as DELETE, route as GET, route as OPTIONS, route as POST };

// Which a static build would call at once.
export const dynamic = 'force-dynamic';
