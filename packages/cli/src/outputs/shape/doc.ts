import type ts from 'typescript-6';
import type { Compiler } from '../compiler.ts';
import { isOfLibrary } from './name.ts';
import type { Schema } from './schema.ts';

/** What the comment of a declaration says, for those who read the schema. */
export function docOf(
  symbol: ts.Symbol | undefined,
  compiler: Compiler,
  checker: ts.TypeChecker,
): Pick<Schema, 'description'> {
  // What TypeScript says of `Pick` says nothing of what is picked.
  if (!symbol?.declarations?.length || isOfLibrary(symbol)) return {};
  const text = compiler.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
  const isDeprecated = symbol.getJsDocTags(checker).some(({ name }) => name === 'deprecated');
  return { ...(text !== '' && { description: text }), ...(isDeprecated && { deprecated: true }) };
}
