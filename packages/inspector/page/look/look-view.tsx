import { toHash, useRoute } from '../route.ts';
import { listing } from '../session/listing.ts';
import { useStore } from '../store.ts';
import { TryTool } from '../try/try-tool.tsx';

/** What the endpoint has: its tools, resources or prompts, and the one that is chosen. */
export function LookView() {
  const { path } = useRoute();
  const listed = useStore(listing);
  const tool = listed?.tools.find(({ name }) => name === path[1]);
  return (
    <>
      <h1>Tools</h1>
      <ul>
        {listed?.tools.map(({ name, title }) => (
          <li key={name}>
            <a href={toHash(['tools', name])}>{title ?? name}</a>
          </li>
        ))}
      </ul>
      {tool && <TryTool key={tool.name} tool={tool} />}
    </>
  );
}
