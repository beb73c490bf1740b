import { toExact } from '../run/interval.ts';
import type { Section } from '../section.ts';
import { measureHover } from './hover.ts';
import { measureTypes, toTypesTable } from './types.ts';

const procedures = 500;

/** What the types of a router cost with the handler, beside the router alone. */
export const measureTypeChecks: Section = async ({ scale }) => {
  const results = await measureTypes(procedures, scale.typeChecks);
  const [alone, mounted, typed] = results.map(({ instantiations }) => instantiations);
  const { hover, completion } = await measureHover(procedures, scale.edits);
  const goal = { atMost: 1.1 };
  const toRow = (measure: string, count: number) => ({
    measure,
    goal,
    // The compiler counts the same each time, which no other load on the machine changes.
    decides: toExact(count / alone!),
  });
  const tables = `## Type-checking a router of ${procedures} procedures

${toTypesTable(results)}`;
  return {
    rows: [
      toRow('type-check of 500 procedures with `mcpHandler` ÷ tRPC alone, instantiations', mounted!),
      toRow('the same, with paths in `expose`', typed!),
      {
        measure: 'hover in `expose` of 500 procedures after an edit ÷ hover in `createCaller`, CPU',
        goal,
        decides: hover,
      },
      { measure: 'the same, completion of a path', goal, decides: completion },
    ],
    tables,
  };
};
