/** `modern` is revision 2026-07-28, `legacy` are the revisions before it. The SDK uses the same two words. */
export type Era = 'modern' | 'legacy';
