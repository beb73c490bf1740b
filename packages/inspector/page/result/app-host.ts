import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import {
  AppBridge,
  type McpUiHostContext,
  PostMessageTransport,
} from '@modelcontextprotocol/ext-apps/app-bridge';
import { toWebUrl } from '../parts/web-url.ts';
import { attempt } from '../session/connection.ts';
import { listing } from '../session/listing.ts';
import { endpoint } from '../session/settings.ts';
import { isForApps } from './app.ts';
import { darkQuery, readColours } from './colours.ts';

/** What an app wants that only the person can allow. */
export type AppWish =
  | { kind: 'call'; tool: Tool; args: Record<string, unknown> }
  /** The person opens the link, or does not. */
  | { kind: 'link'; url: URL };

export interface AppOptions {
  html: string;
  tool: Tool;
  args: Record<string, unknown>;
  result: CallToolResult;
  /** Where the frame of the app goes. */
  place: HTMLElement;
  ask: (wish: AppWish) => Promise<boolean>;
  /** Shows what the app says: a message for the chat, a line of its log. */
  tell: (what: string, text: string) => void;
  /** The app has ended, by its own wish or because it sent too much. */
  onEnd: () => void;
}

/**
 * Opens an MCP App (SEP-1865) in a frame and speaks its protocol with it. Returns what closes it. The frame is the second
 * document of the endpoint (`src/app-frame.ts`), which has the app in a frame of its own, and passes on what they say.
 */
export function openApp({ html, tool, args, result, place, ask, tell, onEnd }: AppOptions): () => void {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.title = `App of ${tool.title ?? tool.name}`;
  frame.referrerPolicy = 'no-referrer';
  frame.src = new URL('?app-frame', endpoint).href;
  place.replaceChildren(frame);
  const { contentWindow } = frame;
  if (!contentWindow) throw new Error('The browser opened no frame for the app.');

  const contextOf = (): McpUiHostContext => toContext(tool, place);
  const bridge = new AppBridge(null, { name: 'trpc-mcp-inspector', version: '1' }, capabilities, {
    hostContext: contextOf(),
  });
  let isSent = false;
  let isReady = false;
  bridge.onsandboxready = () => {
    // An app can say this as well, but the frame takes only one document.
    if (!isSent) void bridge.sendSandboxResourceReady({ html }).catch(ignore);
    isSent = true;
  };
  bridge.oninitialized = () => {
    isReady = true;
    void bridge.sendToolInput({ arguments: args }).catch(ignore);
    void bridge.sendToolResult(result).catch(ignore);
  };
  bridge.onsizechange = ({ height }) => {
    if (typeof height === 'number' && height > 0)
      frame.style.height = `${Math.min(Math.max(Math.ceil(height), leastHeight), mostHeight)}px`;
  };
  const allowed = new Set<string>();
  bridge.oncalltool = async ({ name, arguments: given = {} }, { mcpReq }) => {
    const wanted = listing.get()?.tools.find((each) => each.name === name);
    if (!wanted || !isForApps(wanted)) throw new Error('There is no such tool for apps.');
    if (!allowed.has(name) && !(await ask({ kind: 'call', tool: wanted, args: given })))
      throw new Error('The person did not allow this call.');
    allowed.add(name);
    return attempt((client) => client.callTool({ name, arguments: given }, { signal: mcpReq.signal }));
  };
  bridge.onopenlink = async ({ url }) => {
    const web = toWebUrl(url);
    return { isError: !web || !(await ask({ kind: 'link', url: web })) };
  };
  // Not an event: the bridge answers a request with what the function returns.
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  bridge.onmessage = async ({ content }) => {
    tell(
      'The app would write to the chat',
      content.map((block) => ('text' in block ? block.text : block.type)).join('\n'),
    );
    return {};
  };
  bridge.onloggingmessage = ({ level, data }) => tell(`Log of the app, ${level}`, toText(data));
  bridge.onrequestteardown = () => close();

  const dark = matchMedia(darkQuery);
  const adapt = () => bridge.setHostContext(contextOf());
  dark.addEventListener('change', adapt);
  let isClosed = false;
  void bridge.connect(new PostMessageTransport(contentWindow, contentWindow)).catch(ignore);
  return close;

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    dark.removeEventListener('change', adapt);
    // An app may want to put something away. It gets a moment for that, out of sight, where the browser can move its frame.
    const body = document.body as HTMLElement & { moveBefore?: (child: Element, before: null) => void };
    frame.hidden = true;
    if (isReady && frame.isConnected && body.moveBefore) body.moveBefore(frame, null);
    const goodbye = isReady
      ? bridge.teardownResource({}, { timeout: 1000 }).catch(ignore)
      : Promise.resolve();
    void goodbye.then(() => bridge.close()).finally(() => frame.remove());
    onEnd();
  }
}

const leastHeight = 60;
const mostHeight = 800;
const capabilities = { openLinks: {}, serverTools: {}, logging: {}, message: { text: {} } };

function toContext(tool: Tool, place: HTMLElement): McpUiHostContext {
  const colours = readColours(['ground', 'raised', 'text', 'faint', 'line', 'good', 'warn', 'bad']);
  return {
    toolInfo: { tool },
    theme: matchMedia(darkQuery).matches ? 'dark' : 'light',
    styles: {
      variables: {
        '--color-background-primary': colours.ground,
        '--color-background-secondary': colours.raised,
        '--color-text-primary': colours.text,
        '--color-text-secondary': colours.faint,
        '--color-border-primary': colours.line,
        '--color-text-success': colours.good,
        '--color-text-warning': colours.warn,
        '--color-text-danger': colours.bad,
        '--font-sans': 'system-ui, sans-serif',
        '--font-mono': 'ui-monospace, monospace',
      } as NonNullable<NonNullable<McpUiHostContext['styles']>['variables']>,
    },
    displayMode: 'inline',
    availableDisplayModes: ['inline'],
    containerDimensions: { maxHeight: mostHeight, width: place.clientWidth },
    locale: navigator.language,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    platform: 'web',
  };
}

function toText(data: unknown): string {
  return typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
}

/** An app that is gone answers nothing. */
function ignore(): void {}
