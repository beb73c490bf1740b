import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';

/** One of several views of the same thing. */
export interface Tab {
  name: string;
  /** Stays in the page after it was shown once, with what it has inside. */
  isKept?: boolean;
  show: () => ReactNode;
}

/** Shows one of several views. The arrow keys, Home and End choose another. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const id = useId();
  const [chosen, setChosen] = useState<string>();
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLDivElement>(null);
  const current = tabs.find(({ name }) => name === chosen) ?? tabs[0];
  const choose = (name: string) => {
    if (current) setSeen((all) => new Set([...all, current.name, name]));
    setChosen(name);
  };
  const move = (event: KeyboardEvent) => {
    const index = tabs.findIndex((tab) => tab === current);
    const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const tab = next === undefined ? undefined : tabs.at(next % tabs.length);
    if (!tab) return;
    event.preventDefault();
    choose(tab.name);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[tabs.indexOf(tab)]?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={label} className="tabs" ref={list} onKeyDown={move}>
        {tabs.map((tab, index) => (
          <button
            key={tab.name}
            type="button"
            role="tab"
            id={`${id}tab${index}`}
            aria-selected={tab === current}
            aria-controls={tab === current ? `${id}panel${index}` : undefined}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => choose(tab.name)}
          >
            {tab.name}
          </button>
        ))}
      </div>
      {tabs.map((tab, index) =>
        tab === current || (tab.isKept && seen.has(tab.name)) ? (
          <div
            key={tab.name}
            role="tabpanel"
            id={`${id}panel${index}`}
            aria-labelledby={`${id}tab${index}`}
            hidden={tab !== current}
            className="tab-panel"
          >
            {tab.show()}
          </div>
        ) : null,
      )}
    </>
  );
}
