import superjson from 'superjson';

/** One object for both instances of tRPC, which merge only what they share. */
export const transformer = { input: superjson, output: superjson };
