import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';

/** One of several views of the same thing. */
export interface Tab {
  name: string;
  title: string;
  /** Made when the tab is first opened, and kept from then on, so that nothing that was typed is lost. */
  make: () => ReactNode;
}

/** Several views, of which one is shown. The arrow keys, Home and End go from one to the next. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState(tabs[0]?.name);
  const [opened, setOpened] = useState<ReadonlySet<string | undefined>>(new Set([shown]));
  const open = (name: string) => {
    setShown(name);
    setOpened((all) => new Set([...all, name]));
  };
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ name }) => name === shown);
    const steps: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = tabs.at(step % tabs.length);
    if (!next) return;
    open(next.name);
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(`${id}-${next.name}`)}`)?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={label} className="tabs" ref={list} onKeyDown={move} tabIndex={-1}>
        {tabs.map(({ name, title }) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={name === shown}
            aria-controls={`${id}-${name}-panel`}
            tabIndex={name === shown ? 0 : -1}
            onClick={() => open(name)}
          >
            {title}
          </button>
        ))}
      </div>
      {tabs.map(({ name, make }) => (
        <div
          key={name}
          role="tabpanel"
          id={`${id}-${name}-panel`}
          aria-labelledby={`${id}-${name}`}
          hidden={name !== shown}
        >
          {opened.has(name) && make()}
        </div>
      ))}
    </>
  );
}
