import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { CliError } from '../cli-error.ts';
import { findConfig } from '../config.ts';
import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';
import { loadModule } from './module.ts';
import { mountedUrl, mountModule } from './mounted.ts';
import { type Target, type TargetOptions, toHeaders } from './options.ts';
import { openUrl } from './url.ts';

export type { Target, TargetOptions } from './options.ts';

/** Opens a target. Without `spec`, the configuration names it. */
export async function openTarget(
  spec: string | undefined,
  options: TargetOptions,
  terminal: Terminal,
): Promise<Target> {
  const { config, folder } = await findConfig(terminal.cwd);
  const named = spec ?? config.target;
  if (named === undefined)
    throw new CliError('There is no target', {
      fix: 'Name the module of the router, such as src/router.ts#appRouter, or the URL of an endpoint. Or set "target" in trpc-mcp.config.ts.',
    });
  if (isUrl(named) && !URL.canParse(named))
    throw new CliError(`${named} is not a URL`, {
      fix: 'Write it whole, such as https://app.example.com/mcp.',
    });
  const client = createClient(options);
  if (isUrl(named))
    return { name: named, module: undefined, ...(await openUrl(new URL(named), client, options, terminal)) };
  const at = spec === undefined ? { ...terminal, cwd: folder } : terminal;
  const module = await terminal.work(`Loading ${named}`, () => loadModule(named, at, config));
  const ctx = options.ctx ?? config.ctx;
  const mounted = await mountModule(
    module,
    options.ctx === undefined ? { ...terminal, cwd: folder } : terminal,
    ctx,
  );
  const requestInit = { headers: toHeaders(options.header) };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(mountedUrl), { fetch: mounted.fetch, requestInit }),
  );
  const close = async (): Promise<void> => {
    await client.close();
    await mounted.close();
  };
  return { name: named, module, client, attempt: (work) => work(), close };
}

function createClient({ onElicit }: TargetOptions): Client {
  const client = new Client(
    { name: 'trpc-mcp', version },
    {
      capabilities: onElicit ? { elicitation: { form: {}, url: {} } } : {},
      versionNegotiation: { mode: 'auto' },
    },
  );
  if (onElicit) client.setRequestHandler('elicitation/create', ({ params }) => onElicit(params));
  return client;
}

export function isUrl(spec: string): boolean {
  return /^https?:\/\//i.test(spec);
}
