/**
 * Marks every procedure for the bridge, as the default meta of both instances of tRPC: a leaf's own meta is added to it.
 * The app needs nothing else of the bridge.
 */
export const tagAll = { mcp: true } as const;
