import { useMemo } from 'react';
import { JsonView } from 'react-json-view-lite';
import { revealAllHidden } from '../parts/hidden-characters.ts';
import { boundJson } from './bound.ts';

/** A value of JSON as a tree that opens and closes. What is too large to show is cut, and says so. */
export function JsonTree({
  value,
  label,
  isOpen = true,
}: {
  value: unknown;
  label: string;
  isOpen?: boolean;
}) {
  const data = useMemo(() => revealAllHidden(boundJson(value)), [value]);
  if (typeof data !== 'object' || data === null) return <pre className="words">{JSON.stringify(data)}</pre>;
  return (
    <div className="json-tree" tabIndex={0} role="region" aria-label={label}>
      <JsonView
        data={data}
        style={classes}
        aria-label={label}
        shouldExpandNode={isOpen ? isShallow : isTop}
        clickToExpandNode
      />
    </div>
  );
}

const isTop = (level: number) => level < 1;
const isShallow = (level: number, value: unknown) =>
  level < 1 || (level < 3 && typeof value === 'object' && value !== null && Object.keys(value).length <= 20);

const classes = {
  container: 'json-container',
  basicChildStyle: 'json-child',
  label: 'json-label',
  clickableLabel: 'json-label json-clickable',
  nullValue: 'json-other',
  undefinedValue: 'json-other',
  numberValue: 'json-number',
  stringValue: 'json-string',
  booleanValue: 'json-other',
  otherValue: 'json-other',
  punctuation: 'json-punctuation',
  expandIcon: 'json-icon json-closed',
  collapseIcon: 'json-icon json-open',
  collapsedContent: 'json-collapsed',
  childFieldsContainer: 'json-fields',
  quotesForFieldNames: true,
  stringifyStringValues: true,
  ariaLables: { collapseJson: 'Close', expandJson: 'Open' },
};
