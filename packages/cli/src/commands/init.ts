import { type Command, Option } from 'commander';
import process from 'node:process';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import { count } from '../count.ts';
import { exitCode } from '../exit-code.ts';
import type { Builder } from '../init/builder.ts';
import type { Host } from '../init/host.ts';
import { findPackageManager } from '../init/manifest.ts';
import type { Found, Plan, Tags } from '../init/plan.ts';
import { showChange } from '../init/show.ts';
import { loadModule } from '../target/module.ts';
import type { Terminal } from '../terminal.ts';

interface InitOptions {
  yes?: boolean;
  print?: boolean;
  install?: boolean;
  tag?: string;
  host?: string;
  cwd?: string;
  json?: boolean;
}

export function addInit(program: Command, terminal: Terminal): void {
  program
    .command('init')
    .description('Add an MCP server to a tRPC app: shows what changes, asks, and writes it.')
    .argument('[folder]', 'the app; the package of it in a monorepo', '.')
    .option('-y, --yes', 'write without asking')
    .option('-p, --print', 'show what would change, and write nothing')
    .addOption(
      new Option('--tag <what>', 'which procedures become tools: queries, none, or paths with commas'),
    )
    .option('--host <file>', 'the file that serves tRPC, where there are several')
    .option('--cwd <folder>', 'the same as the argument')
    .option('--install', 'install the new dependency afterwards')
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', examples)
    .action((folder: string, options: InitOptions) => init(options.cwd ?? folder, options, terminal));
}

const examples = `
It finds initTRPC, the router, and the adapter that serves it, and puts the handler of MCP beside it. It changes nothing
where it is not sure, and says what to do by hand. A second run changes nothing.

It asks which procedures become tools. With --yes, and where there is no terminal, none do unless --tag says which.

Examples:
  trpc-mcp init
  trpc-mcp init apps/api --print
  trpc-mcp init --yes --tag queries --install`;

const instead = 'Run it with --print to see what would change, and with --yes to write it.';

async function init(given: string, options: InitOptions, terminal: Terminal): Promise<void> {
  const folder = toFolder(resolve(terminal.cwd, given), given);
  // What reads and edits code is large, and only this command needs it.
  const { find, plan } = await import('../init/plan.ts');
  const found = await terminal.work('Looking for tRPC', () => Promise.resolve(find(folder)));
  const host = await chooseHost(found, options, terminal);
  const builder = await chooseBuilder(found, host, options, terminal);
  if (host === undefined && builder === undefined)
    throw new CliError(`No tRPC was found in ${given}: no initTRPC, and no adapter that serves a router`, {
      exitCode: exitCode.failed,
      fix: 'Name the folder of the app. To add it by hand, follow docs/add-to-app.md of @trpc-mcp, and docs/hosts.md for your host.',
    });
  const tags = await chooseTags(found, host, options, terminal);
  const made = plan(found, host, builder, tags);
  if (tags.is === 'none' && options.tag === undefined && made.path !== undefined)
    made.warnings.push(
      'No procedure is a tool yet. Tag those that agents may use with .meta({ mcp: true }), or give this command --tag queries or --tag with their paths.',
    );
  if (host === undefined)
    made.byHand.push(
      'No adapter that serves the router was found. Mount the handler where you serve tRPC: docs/hosts.md has the line for each host.',
    );
  if (builder === undefined)
    made.byHand.push('initTRPC was not found. Where it is, add .meta<McpMeta>() to it, from @trpc-mcp/core.');
  await apply(made, folder, options, terminal);
}

function toFolder(path: string, given: string): string {
  if (existsSync(path) && statSync(path).isDirectory()) return realpathSync(path);
  throw new CliError(`There is no folder ${given}`, { fix: 'Name the folder of the app.' });
}

async function chooseHost(
  found: Found,
  { host, yes, print }: InitOptions,
  terminal: Terminal,
): Promise<Host | undefined> {
  const { hosts, folder } = found;
  const label = ({ source, call }: Host): string => {
    const isOnly = hosts.filter((each) => each.source === source).length === 1;
    return `${relative(folder, source.file)}${isOnly ? '' : `:${call.getStartLineNumber()}`}`;
  };
  if (host !== undefined) {
    const file = resolve(terminal.cwd, host);
    const chosen = hosts.find((each) => each.source.file === file || label(each) === host);
    if (chosen) return chosen;
    throw new CliError(`${host} does not serve tRPC`, {
      fix: hosts.length === 0 ? 'No file that does was found.' : `These do: ${hosts.map(label).join(', ')}.`,
    });
  }
  if (hosts.length < 2) return hosts[0];
  const fix = `Say which with --host: ${[...new Set(hosts.map(label))].join(', ')}.`;
  if (yes || print || !terminal.isInteractive)
    throw new CliError(`tRPC is served in ${hosts.length} places`, { fix });
  return terminal.select(
    'tRPC is served in several places. Where shall MCP be?',
    hosts.map((value) => ({ value, label: label(value) })),
    fix,
  );
}

async function chooseBuilder(
  { builders, folder }: Found,
  host: Host | undefined,
  { yes, print }: InitOptions,
  terminal: Terminal,
): Promise<Builder | undefined> {
  if (builders.length < 2) return builders[0];
  const [{ findBuilderOf }, { routerOf }] = await Promise.all([
    import('../init/builder.ts'),
    import('../init/plan.ts'),
  ]);
  const router = host && routerOf(host);
  const own = router && findBuilderOf(router.file, builders);
  if (own) return own;
  const label = ({ source }: Builder): string => relative(folder, source.file);
  const fix = `Run it in the folder of one: ${[...new Set(builders.map(label))].join(', ')}.`;
  if (yes || print || !terminal.isInteractive)
    throw new CliError(
      `initTRPC is in ${builders.length} places, and which one makes the router was not found`,
      { fix },
    );
  return terminal.select(
    'initTRPC is in several places. Which one makes the router?',
    builders.map((value) => ({ value, label: `${label(value)}:${value.start.getStartLineNumber()}` })),
    fix,
  );
}

async function chooseTags(
  found: Found,
  host: Host | undefined,
  { tag, yes, print }: InitOptions,
  terminal: Terminal,
): Promise<Tags> {
  if (tag === 'queries' || tag === 'none') return { is: tag };
  if (tag !== undefined)
    return {
      is: 'paths',
      paths: tag
        .split(',')
        .map((path) => path.trim())
        .filter((path) => path !== ''),
    };
  if (found.isMounted || host === undefined) return { is: 'none' };
  // Nothing is shown to agents that nobody named.
  if (yes || print || !terminal.isInteractive) return { is: 'none' };
  const chosen = await terminal.select(
    'Which procedures may agents use? Each call runs your own middleware.',
    [
      { value: 'queries', label: 'All queries', hint: 'they only read' },
      { value: 'pick', label: 'Let me pick' },
      { value: 'none', label: 'None yet', hint: 'tag them with .meta({ mcp: true })' },
    ],
    instead,
  );
  return chosen === 'pick' ? pick(host, terminal) : { is: chosen as 'queries' | 'none' };
}

/** Loads the router, because only it knows the paths of all procedures. */
async function pick(host: Host, terminal: Terminal): Promise<Tags> {
  const { routerOf } = await import('../init/plan.ts');
  const router = routerOf(host);
  if (router?.exportName !== undefined && router.file !== host.source.file) {
    try {
      const module = await loadModule(`${router.file}#${router.exportName}`, terminal);
      const { tools } = await module.core.catalog.describeCatalog(module.router, { tag: () => true });
      const paths = await terminal.multiselect(
        'Which ones?',
        tools.map(({ path, type }) => ({ value: path, label: path, hint: type })),
        instead,
      );
      return paths.length === 0 ? { is: 'none' } : { is: 'paths', paths };
    } catch (error) {
      if (error instanceof CliError && error.exitCode === exitCode.cancelled) throw error;
      terminal.note(`The procedures could not be listed: ${(error as Error).message}`);
    }
  }
  const paths = await terminal.ask('Write their paths, with commas, such as notes.list, notes.get', instead);
  return {
    is: 'paths',
    paths: paths
      .split(',')
      .map((path) => path.trim())
      .filter((path) => path !== ''),
  };
}

async function apply(made: Plan, folder: string, options: InitOptions, terminal: Terminal): Promise<void> {
  const { changes, present, byHand, warnings, path, target } = made;
  const files = changes.map(({ file }) => relative(folder, file));
  const isWritten = changes.length > 0 && !options.print;
  if (!options.json) {
    for (const change of changes) terminal.print(`${showChange(change, folder, terminal.colors)}\n`);
    for (const each of present) terminal.note(`Already there: ${each}`);
  }
  for (const each of warnings) terminal.note(`${terminal.colors.yellow('warning:')} ${each}`);
  if (isWritten) {
    if (isDirty(folder))
      terminal.note(`${terminal.colors.yellow('warning:')} git has changes that are not committed.`);
    const agreed =
      options.yes === true || (await terminal.confirm(`Write ${count(changes.length, 'file')}?`, instead));
    if (!agreed) throw new CliError('Nothing was written.', { exitCode: exitCode.cancelled });
    write(changes, folder);
  }
  if (options.json)
    terminal.printJson({
      changed: files,
      isWritten,
      present,
      byHand,
      warnings,
      ...(path && { path }),
      ...(target && { target }),
    });
  for (const each of byHand) terminal.note(`By hand: ${each}`);
  if (changes.length === 0)
    terminal.note(
      byHand.length > 0 ? 'Nothing was changed.' : 'Everything is there already; nothing was changed.',
    );
  else if (isWritten) {
    terminal.note(`Wrote ${files.join(', ')}.`);
    next(made, folder, options, terminal);
  } else terminal.note('Nothing was written, because of --print.');
}

/** Writes all files, or none: what was written before one that cannot be is put back. */
function write(changes: Plan['changes'], folder: string): void {
  const done: Plan['changes'] = [];
  for (const change of changes) {
    try {
      mkdirSync(dirname(change.file), { recursive: true });
      writeFileSync(change.file, change.after);
      done.push(change);
    } catch (cause) {
      for (const { file, before } of done)
        if (before === undefined) rmSync(file, { force: true });
        else writeFileSync(file, before);
      throw new CliError(
        `${relative(folder, change.file)} could not be written: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`,
        {
          cause,
          exitCode: exitCode.failed,
          fix: 'Nothing was changed. Check that you may write there, and run it again.',
        },
      );
    }
  }
}

function next(
  { changes, folder: root, path, target }: Plan,
  folder: string,
  options: InitOptions,
  terminal: Terminal,
): void {
  const manager = findPackageManager(root);
  const needsInstall = changes.some(({ file }) => /[\\/]package\.json$/.test(file));
  if (needsInstall && options.install) {
    const { status } = spawnSync(manager, ['install'], {
      cwd: root,
      stdio: ['inherit', 2, 2],
      shell: process.platform === 'win32',
    });
    if (status !== 0)
      throw new CliError(`${manager} install failed`, {
        exitCode: exitCode.failed,
        fix: 'What it printed above says why. The files are written.',
      });
  }
  const here = relative(folder, root);
  const steps = [
    ...(needsInstall && !options.install
      ? [`  ${manager} install${here === '' ? '' : `   (in ${here})`}`]
      : []),
    ...(target === undefined ? [] : ['  npx @trpc-mcp/cli list         what agents see']),
    ...(path === undefined
      ? []
      : [`  npx @trpc-mcp/cli connect http://localhost:3000${path}   once the app runs, with its port`]),
  ];
  if (steps.length > 0) terminal.note(['', 'Next:', ...steps].join('\n'));
}

function isDirty(folder: string): boolean {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain'], { cwd: folder, encoding: 'utf8' });
  return status === 0 && stdout.trim() !== '';
}
