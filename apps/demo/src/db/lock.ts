/** Advisory locks of the database, by what may only be done by one at a time. The numbers are nobody else's. */
export const locks = { setUp: 7_265_001, signUp: 7_265_002 } as const;
