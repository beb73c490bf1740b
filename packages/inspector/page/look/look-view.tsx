import { useRoute } from '../route.ts';
import { PromptsView } from './prompts-view.tsx';
import { ResourcesView } from './resources-view.tsx';
import { ToolsView } from './tools-view.tsx';

/** What the endpoint has: its tools, resources or prompts, and the one that is chosen. */
export function LookView() {
  const { path } = useRoute();
  if (path[0] === 'resources') return <ResourcesView />;
  return path[0] === 'prompts' ? <PromptsView /> : <ToolsView />;
}
