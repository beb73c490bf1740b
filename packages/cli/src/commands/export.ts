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
import { type Listing, readListing, toListing } from '../list/list.ts';
import { describeTarget } from '../target/described.ts';
import { type LoadedModule, readManifest } from '../target/module.ts';
import { toHeaders } from '../target/options.ts';
import { isUrl, openTarget } from '../target/target.ts';
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
      const text = write(format, await read(spec, options, terminal), options, terminal);
      if (options.output === undefined) {
        terminal.print(text.trimEnd());
        return;
      }
      save(resolve(terminal.cwd, options.output), text, options.output);
      terminal.note(`Wrote ${options.output}.`);
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

/** A target's lists, and the router behind them. */
interface Source {
  name: string;
  module: LoadedModule | undefined;
  listing: Listing;
}

/** Of a module, everything that it serves; with a context, what that caller sees. */
async function read(spec: string | undefined, options: ExportOptions, terminal: Terminal): Promise<Source> {
  if (options.ctx !== undefined) {
    const target = await openTarget(spec, options, terminal);
    try {
      return { name: target.name, module: target.module, listing: await readListing(target) };
    } finally {
      await target.close();
    }
  }
  const described = await describeTarget(spec, options, terminal);
  const { name, module } = described;
  if (module) return { name, module, listing: toListing(described) };
  const { server, instructions, ...lists } = described;
  return { name, module, listing: { server, instructions, lists, description: undefined } };
}

function write(
  format: Format,
  { name: target, module, listing }: Source,
  options: ExportOptions,
  terminal: Terminal,
): string {
  const { lists, instructions, description: catalog } = listing;
  const server = module?.options.server ? { ...listing.server, ...module.options.server } : listing.server;
  const manifest: Manifest = module ? readManifest(module.root) : {};
  const url = toUrl('--url', options.url) ?? (isUrl(target) ? new URL(target) : undefined);
  const title = listing.server?.title ?? listing.server?.name ?? 'app';
  const version = options.serverVersion ?? listing.server?.version ?? '0.0.0';
  // Cast: the types of core and of the client do not have all that a server may say of itself.
  const { description = manifest.description, websiteUrl } = (server ?? {}) as {
    description?: string;
    websiteUrl?: string;
  };
  if (format === 'openapi') {
    const info = { title, version, description };
    if (!module || !catalog) return toJson(toEndpointOpenApi(lists.tools, url!, info));
    // Those that a caller with the given context does not see are left out.
    const listed = new Set(lists.tools.map((tool) => tool.name));
    const tools = catalog.tools.filter((tool) => listed.has(tool.name));
    tellOwn(tools, terminal);
    const origin = toUrl('--server', options.server)?.href;
    if (!/^[\w/.~-]*$/.test(options.path))
      throw new CliError(`--path ${options.path} is no path`, {
        fix: 'Write it as it is in the URL of tRPC, such as /api/trpc, and the origin with --server.',
      });
    return toJson(toOpenApi(tools, module.router, { ...info, server: origin, path: options.path }));
  }
  if (format === 'serverJson')
    return toJson(
      toServerJson({
        name: options.name,
        title: listing.server?.title,
        description,
        version,
        websiteUrl,
        url,
        headers: Object.keys(toHeaders(options.header)),
        manifest,
      }),
    );
  if (format === 'mcpJson') return toJson(toMcpJson(lists, { server: listing.server, instructions }));
  const areas = new Map(catalog?.tools.map(({ name, toolset }) => [name, toolset]));
  return toLlmsTxt(lists, { title, description, instructions, url, websiteUrl, areas });
}

function tellOwn(tools: readonly ToolDescription[], terminal: Terminal): void {
  const own = tools.filter(({ isOwn }) => isOwn).map(({ name }) => name);
  if (own.length > 0)
    terminal.note(`Not at the tRPC endpoint, because they are no procedures: ${own.join(', ')}.`);
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
