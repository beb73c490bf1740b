const users = new Map([
  ['Bearer token-of-ada', { id: 'u-1', name: 'Ada' }],
  ['Bearer token-of-ben', { id: 'u-2', name: 'Ben' }],
]);

/** Stands for the look-up of a token in your database. */
export const userOf = async (authorization: string | undefined) => users.get(authorization ?? '');
