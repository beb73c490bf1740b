// Your own router. The examples of this folder share one.
export { appRouter, type Context } from '../router.ts';
