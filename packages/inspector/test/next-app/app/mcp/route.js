// Next.js type-checks an app only if there is TypeScript in this folder.
export { route as DELETE, route as GET, route as OPTIONS, route as POST } from '../../handlers.ts';
