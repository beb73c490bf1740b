/** Clients that search for tools by themselves would otherwise search for the tools to search with. */
export const always: Readonly<Record<string, unknown>> = { 'anthropic/alwaysLoad': true };

/** Where a tool says how long its results may be. */
export const roomKey = 'anthropic/maxResultSizeChars';

/** Claude Code cuts what is longer, unless a tool says otherwise: 25,000 tokens. */
export const usualRoom = 100_000;
