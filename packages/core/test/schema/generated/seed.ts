/** The seed of every property test: another one each day, `FC_SEED` repeats a run. fast-check prints it on failure. */
export const seed = Number(process.env['FC_SEED'] ?? Math.floor(Date.now() / 86_400_000));
console.log(`FC_SEED=${seed}`);
