/**
 * The advisory locks of the database, one for each task that only one process may do at a time. No other code uses
 * these numbers.
 */
export const locks = { setUp: 7_265_001, signUp: 7_265_002, activity: 7_265_003 } as const;
