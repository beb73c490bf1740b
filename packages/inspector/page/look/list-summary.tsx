import { useMemo } from 'react';
import { Tabs } from '../parts/tabs.tsx';
import type { Listing } from '../session/listing.ts';
import { badgeKinds } from './badge.ts';
import { ClientCheck } from './client-check.tsx';
import { hashOf, toEntries } from './entry.ts';
import { LintCheck } from './lint-check.tsx';
import { ShortText } from '../parts/plain-text.tsx';
import { tokensOf } from './tokens.ts';

/** The whole list of tools: how large it is, and what the lint and other clients make of it. */
export function ListSummary({ listing }: { listing: Listing }) {
  return (
    <section aria-labelledby="summary">
      <h2 id="summary">The whole list</h2>
      <Tabs
        label="What to see of the list"
        tabs={[
          { name: 'size', title: 'Size', make: () => <Size listing={listing} /> },
          { name: 'clients', title: 'Other clients', make: () => <ClientCheck /> },
          { name: 'lint', title: 'Lint', make: () => <LintCheck /> },
        ]}
      />
    </section>
  );
}

function Size({ listing: { tools } }: { listing: Listing }) {
  const { sizes, all, counts } = useMemo(() => {
    const bySize = tools.map((tool) => ({ name: tool.name, tokens: tokensOf(tool) }));
    const kinds = toEntries(tools).flatMap((entry) => [...entry.kinds]);
    return {
      sizes: bySize.toSorted((one, other) => other.tokens - one.tokens).slice(0, 5),
      all: bySize.reduce((sum, { tokens }) => sum + tokens, 0),
      counts: Object.entries(badgeKinds).flatMap(([kind, label]) => {
        const count = kinds.filter((one) => one === kind).length;
        return count === 0 ? [] : [{ kind, label, count }];
      }),
    };
  }, [tools]);
  return (
    <>
      <p>
        Its {tools.length.toLocaleString('en')} tools are about {all.toLocaleString('en')} tokens for a model,
        with every request.
      </p>
      <details>
        <summary>The largest tools</summary>
        <ul>
          {sizes.map(({ name, tokens }, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- two tools may have one name
            <li key={index}>
              <a href={hashOf(name)}>
                <ShortText text={name} />
              </a>
              : {tokens.toLocaleString('en')}
            </li>
          ))}
        </ul>
      </details>
      <h3>Kinds</h3>
      <ul className="badge-meanings">
        {counts.map(({ kind, label, count }) => (
          <li key={kind}>
            <span className={`badge ${kind}`}>{label}</span> {count.toLocaleString('en')}
          </li>
        ))}
      </ul>
    </>
  );
}
