/** After so many rounds of loops in the engine, it is asked whether it may go on. */
export const roundsPerTick = 1000;

/**
 * How often that is in a millisecond, at most: about 250 times for what is quickest. It ends what runs too long where the
 * clock stands still while code runs, as on Cloudflare Workers.
 */
export const ticksPerMs = 250;

/** An answer from outside takes as long as so many ticks, and one more for so many characters that cross. */
export const ticksOfAnswer = 4;
export const charactersOfTick = 2048;
