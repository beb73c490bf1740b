import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import { useMemo } from 'react';
import { revealHidden } from '../parts/hidden-characters.ts';
import { type Tab, Tabs } from '../parts/tabs.tsx';
import { AppView } from './app-view.tsx';
import { appUriOf } from './app.ts';
import { sortContents } from './contents.ts';
import { Facts, NextPage } from './facts.tsx';
import { Files } from './files.tsx';
import { JsonTree } from './json-tree.tsx';
import { Pictures, Sounds } from './media.tsx';
import { tabsOfRows } from './rows-view.tsx';
import { findRows } from './rows.ts';
import { WholeResult } from './whole-result.tsx';
import { Words } from './words.tsx';

/** What a result is shown from. */
export interface ResultProps {
  tool: Tool;
  /** The arguments of the call. */
  args: Record<string, unknown>;
  result: CallToolResult;
  /** Calls the tool once more with some arguments changed, for the next rows. Without it there is no button for that. */
  onArguments?: (changes: Record<string, unknown>) => void;
}

/** What a call gave: words, a table, a chart, a picture, or whatever else it is. */
export function ResultView({ tool, args, result, onArguments }: ResultProps) {
  const tabs = useMemo(() => tabsOf(tool, args, result), [tool, args, result]);
  return (
    <section aria-label="Result" className={result.isError ? 'result result-error' : 'result'}>
      <Facts tool={tool} result={result} />
      <NextPage tool={tool} result={result} {...(onArguments && { onArguments })} />
      <Tabs label="Ways to see the result" tabs={tabs} />
    </section>
  );
}

function tabsOf(tool: Tool, args: Record<string, unknown>, result: CallToolResult): Tab[] {
  const { texts, pictures, sounds, files } = sortContents(result);
  const lists = findRows(result);
  const words: Tab = { name: 'words', title: 'Words', make: () => <Texts texts={texts} /> };
  const uri = result.isError ? undefined : appUriOf(tool);
  const isSpoken = result.isError || lists.length === 0;
  const tabs: (Tab | false)[] = [
    uri !== undefined && {
      name: 'app',
      title: 'App',
      make: () => <AppView uri={uri} tool={tool} args={args} result={result} />,
    },
    pictures.length > 0 && {
      name: 'picture',
      title: 'Picture',
      make: () => <Pictures pictures={pictures} />,
    },
    sounds.length > 0 && { name: 'sound', title: 'Sound', make: () => <Sounds sounds={sounds} /> },
    files.length > 0 && { name: 'files', title: 'Files', make: () => <Files files={files} /> },
    isSpoken && texts.length > 0 && words,
    ...(lists.length > 0 ? tabsOfRows(tool, lists) : []),
    !isSpoken && texts.length > 0 && words,
    { name: 'json', title: 'JSON', make: () => <WholeResult tool={tool} result={result} /> },
  ];
  return tabs.filter((tab) => tab !== false);
}

function Texts({ texts }: { texts: ReturnType<typeof sortContents>['texts'] }) {
  return texts.map(({ text, annotations, _meta }, index) => (
    <div key={index}>
      <Words text={text} label={`Text ${index + 1} of the result`} />
      {annotations && (
        <p className="faint">Annotations: {revealHidden(JSON.stringify(annotations).slice(0, 500))}</p>
      )}
      {_meta && <JsonTree value={_meta} label="_meta of this text" isOpen={false} />}
    </div>
  ));
}
