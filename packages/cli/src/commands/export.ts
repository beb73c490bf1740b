import type { ToolDescription } from '@trpc-mcp/core/catalog';
import type { Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import { toEndpointOpenApi } from '../export/endpoint-openapi.ts';
import { toLlmsTxt } from '../export/llms-txt.ts';
import { toMcpJson } from '../export/mcp-json.ts';
import { toOpenApi } from '../export/openapi.ts';
import { type Manifest, toServerJson } from '../export/server-json.ts';
import { readLists } from '../list/list.ts';
import { readManifest } from '../target/module.ts';
import { toMountError } from '../target/mounted.ts';
import { toHeaders } from '../target/options.ts';
import { isUrl, openTarget, type Target } from '../target/target.ts';
import type { Terminal } from '../terminal.ts';
import { type GivenTargetOptions, withTargetOptions } from './target-options.ts';

interface ExportOptions extends GivenTargetOptions {
  openapi?: boolean;
  mcpJson?: boolean;
  serverJson?: boolean;
  llmsTxt?: boolean;
  output?: string;
  server?: string;
  path: string;
  url?: string;
  name?: string;
  serverVersion?: string;
}

export function addExport(program: Command, terminal: Terminal): void {
  const command = program
    .command('export')
    .description('Write what a target serves as OpenAPI, server.json, llms.txt or plain JSON.')
    .argument('[target]', 'a module such as src/router.ts#appRouter, or the URL of an endpoint')
    .option('--openapi', 'OpenAPI 3.1 of the tRPC endpoint, as far as its procedures are tools')
    .option('--mcp-json', 'the lists: tools, resources and prompts')
    .option('--server-json', 'server.json for the MCP registry')
    .option('--llms-txt', 'llms.txt: a page for models')
    .option('-o, --output <file>', 'write to a file, and not to standard output')
    .option('--server <url>', '--openapi: where the app is served, such as https://app.example.com')
    .option('--path <path>', '--openapi: the path of the tRPC endpoint', '/trpc')
    .option('--url <url>', '--server-json, --llms-txt: the URL of the MCP endpoint, for a module')
    .option('--name <name>', '--server-json: the name in the registry, such as com.example/notes')
    .option(
      '--server-version <version>',
      '--server-json, --openapi: the version, in place of that of the server',
    );
  withTargetOptions(command)
    .addHelpText('after', examples)
    .action(async (spec: string | undefined, options: ExportOptions) => {
      const format = chooseFormat(options);
      const target = await openTarget(spec, options, terminal);
      try {
        const text = await terminal.work('Reading the lists', () => write(format, target, options, terminal));
        if (options.output === undefined) {
          terminal.print(text.trimEnd());
          return;
        }
        save(resolve(terminal.cwd, options.output), text, options.output);
        terminal.note(`Wrote ${options.output}.`);
      } finally {
        await target.close();
      }
    });
}

const examples = `
Give one format. What is written depends on the target alone, so that it can be compared in CI.

Examples:
  trpc-mcp export src/router.ts --openapi --server https://app.example.com -o openapi.json
  trpc-mcp export https://app.example.com/mcp --server-json --name com.example/notes
  trpc-mcp export src/router.ts --llms-txt --url https://app.example.com/mcp -o public/llms.txt`;

const formats = {
  openapi: '--openapi',
  mcpJson: '--mcp-json',
  serverJson: '--server-json',
  llmsTxt: '--llms-txt',
} as const;
type Format = keyof typeof formats;

function chooseFormat(options: ExportOptions): Format {
  const chosen = (Object.keys(formats) as Format[]).filter((format) => options[format]);
  const [only] = chosen;
  if (only !== undefined && chosen.length === 1) return only;
  throw new CliError(
    only === undefined
      ? 'No format was given'
      : `${chosen.map((each) => formats[each]).join(' and ')} are ${chosen.length} formats, and one run writes one`,
    { fix: `Give one of ${Object.values(formats).join(', ')}.` },
  );
}

async function write(
  format: Format,
  target: Target,
  options: ExportOptions,
  terminal: Terminal,
): Promise<string> {
  const { client, module } = target;
  const server = client.getServerVersion();
  const manifest: Manifest = module ? readManifest(module.root) : {};
  const url = toUrl('--url', options.url) ?? (isUrl(target.name) ? new URL(target.name) : undefined);
  const title = server?.title ?? server?.name ?? 'app';
  const version = options.serverVersion ?? server?.version ?? '0.0.0';
  const { description = manifest.description, websiteUrl } = (server ?? {}) as {
    description?: string;
    websiteUrl?: string;
  };
  if (format === 'openapi') {
    const info = { title, version, description };
    const origin = toUrl('--server', options.server)?.href;
    return toJson(
      module
        ? toOpenApi(await describe(module, terminal), module.router, {
            ...info,
            server: origin,
            path: options.path,
          })
        : toEndpointOpenApi((await readLists(client)).tools, url!, info),
    );
  }
  if (format === 'serverJson')
    return toJson(
      toServerJson({
        name: options.name,
        title: server?.title,
        description,
        version,
        websiteUrl,
        url,
        headers: Object.keys(toHeaders(options.header)),
        manifest,
      }),
    );
  const lists = await readLists(client);
  const instructions = client.getInstructions();
  if (format === 'mcpJson') return toJson(toMcpJson(lists, { server, instructions }));
  const described = module ? await describe(module, terminal) : [];
  const areas = new Map(described.map(({ name, toolset }) => [name, toolset]));
  return toLlmsTxt(lists, { title, description, instructions, url, websiteUrl, areas });
}

async function describe(
  module: NonNullable<Target['module']>,
  terminal: Terminal,
): Promise<ToolDescription[]> {
  try {
    const { tools } = await module.core.catalog.describeCatalog(module.router, module.options);
    const own = tools.filter(({ isOwn }) => isOwn).map(({ name }) => name);
    if (own.length > 0)
      terminal.note(`Not at the tRPC endpoint, because they are no procedures: ${own.join(', ')}.`);
    return tools;
  } catch (error) {
    throw toMountError(module, error);
  }
}

function toUrl(option: string, text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  if (isUrl(text) && URL.canParse(text)) return new URL(text);
  throw new CliError(`${option} ${text} is no URL`, { fix: 'Write it with http:// or https://.' });
}

function toJson(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function save(file: string, text: string, name: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new CliError(`${name} could not be written: ${(cause as Error).message}`, {
      cause,
      exitCode: exitCode.failed,
      fix: 'Check that its folder exists, and that you may write there.',
    });
  }
}
