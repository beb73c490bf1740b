/** What a client does that needs more than one request. Rejects if an answer is wrong, or does not end. */
export type Visit = (port: number) => Promise<void>;
