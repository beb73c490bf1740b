/** The seed of every property test; `FC_SEED` sets another. fast-check prints it on failure. */
export const seed = Number(process.env['FC_SEED'] ?? 1);
console.log(`FC_SEED=${seed}`);
