import { type Report, reportThrown } from '../call/failure.ts';
import type { TellMismatch } from '../catalog/result-check.ts';
import { isDevelopment } from '../development.ts';

/**
 * Makes what `onError` learns of results that differ from the option `outputs`: once for each tool, and in development only.
 * Undefined elsewhere, so that nothing is compared.
 */
export function createMismatchReport(outputs: object | undefined, report: Report): TellMismatch | undefined {
  if (outputs === undefined || !isDevelopment()) return undefined;
  const told = new Set<string>();
  return (tool, path, { path: place, words }) => {
    if (told.has(tool)) return;
    told.add(tool);
    const where = place.length === 0 ? 'the result' : `${toPlace(place)} of the result`;
    const message = `${tool} returned something else than the option outputs says: ${where} ${words}. Run \`trpc-mcp outputs\` again; if that changes nothing, the type of ${path} is wrong, and .output() would make it right`;
    reportThrown(report, new OutputMismatch(message), { name: tool, path });
  };
}

/** A result that differs from the option `outputs`. The client was sent it all the same. */
class OutputMismatch extends Error {
  override readonly name = 'OutputMismatch';
}

function toPlace(path: readonly (string | number)[]): string {
  return path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      return /^[\w$]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    })
    .join('')
    .replace(/^\./, '');
}
