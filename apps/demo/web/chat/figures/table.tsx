import { toCell, toHeading } from './cell.ts';
import type { Row } from './data.ts';

const most = 50;
const mostColumns = 30;

/** A list as a table. Ids are for models, so they are left out, as is a column without values. */
export function Table({ rows, title }: { rows: readonly Row[]; title: string }) {
  const drawn = rows.slice(0, most);
  const keys = [...new Set(drawn.flatMap((row) => Object.keys(row)))]
    .filter((key) => !/^id$|Id$/.test(key))
    .filter((key) => drawn.some((row) => (row[key] ?? null) !== null))
    .slice(0, mostColumns);
  return (
    // It can be scrolled where it is wider than the page, by keyboard too.
    <div className="rows" role="region" aria-label={`${title}, as a table`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {keys.map((key) => (
              <th key={key} scope="col">
                {toHeading(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {drawn.map((row, index) => (
            <tr key={index}>
              {keys.map((key) => (
                <td key={key} className={typeof row[key] === 'number' ? 'number' : undefined}>
                  {toCell(key, row[key])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > most && (
        <p>
          The first {most} of {rows.length} rows. The result above has all of them.
        </p>
      )}
    </div>
  );
}
