import { type Command, Option } from 'commander';
import process from 'node:process';
import { existsSync } from 'node:fs';
import { CliError } from '../cli-error.ts';
import { applyPlans, variableNotes } from '../connect/apply.ts';
import { checkedClients, type CheckedClient } from '../connect/check/client-demands.ts';
import { hasMissing } from '../connect/check/check.ts';
import { type ConfigClientName, configClientNames, configClients } from '../connect/clients/clients.ts';
import { toInstallLinks } from '../connect/install-link.ts';
import { homeOf, type Place } from '../connect/place.ts';
import { choosePlace, type Plan, planClient } from '../connect/plan.ts';
import { adviceOf, demandLines, showReport } from '../connect/report-view.ts';
import { type ConnectTarget, readTarget } from '../connect/target.ts';
import { exitCode } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';
import { exitWith } from './exit-with.ts';
import { collect, type GivenTargetOptions, withTargetOptions } from './target-options.ts';

interface ConnectOptions extends GivenTargetOptions {
  client?: CheckedClient[];
  user?: boolean;
  project?: boolean;
  name?: string;
  env?: string[];
  inlineSecrets?: boolean;
  print?: boolean;
  yes?: boolean;
  check?: boolean;
}

export function addConnect(program: Command, terminal: Terminal): void {
  const command = program
    .command('connect')
    .description('Write an endpoint or a module into the configuration of MCP clients, after a look at it.')
    .argument('[target]', 'the URL of an endpoint, or a module such as src/router.ts#appRouter')
    .addOption(
      new Option('-c, --client <name>', 'the client; may be repeated, and is asked for without it')
        .choices(checkedClients)
        .argParser(collectClient),
    )
    .option('--project', 'write the files of this project')
    .option('--user', 'write your own files, which count in every project')
    .option('-n, --name <name>', 'the name of the server in the files; by default its own')
    .addOption(
      new Option('-e, --env <name=value>', "a variable for a module's process; may be repeated").argParser(
        collect,
      ),
    )
    .option('--inline-secrets', 'write secrets into the files, and no references to variables')
    .option('--print', 'write nothing, and print what would be written')
    .option('-y, --yes', 'write without a question')
    .option('--check', 'only look at the endpoint, and end with 1 if something is missing')
    .option('--no-check', 'write without a look at the endpoint or the module');
  withTargetOptions(command)
    .addHelpText('after', helpText)
    .action(async (spec: string | undefined, options: ConnectOptions) => {
      if (options.check === true) return check(spec, options, command, terminal);
      return connect(spec, options, terminal);
    });
}

const helpText = `
Demands on an endpoint, as --check shows them for each client:
${demandLines.join('\n')}

Examples:
  trpc-mcp connect https://app.example.com/mcp
  trpc-mcp connect https://app.example.com/mcp --client cursor --client vscode --project --yes
  trpc-mcp connect https://app.example.com/mcp --header 'Authorization: Bearer \${APP_TOKEN}' --print
  trpc-mcp connect src/router.ts#appRouter --client claude-desktop
  trpc-mcp connect https://app.example.com/mcp --check --json`;

async function check(
  spec: string | undefined,
  options: ConnectOptions,
  command: Command,
  terminal: Terminal,
): Promise<void> {
  const clients = options.client ?? checkedClients;
  const { report, toolNames, server } = await readTarget(
    spec,
    { ...options, isChecked: true, clients },
    terminal,
  );
  if (!report) {
    if (options.json) return terminal.printJson({ name: server.name, tools: toolNames });
    return terminal.print(`The module can be served: ${toolNames?.length} tools.`);
  }
  if (options.json) terminal.printJson(report);
  else showReport(report, terminal);
  if (report.isRefused) exitWith(command, exitCode.unauthorized);
  else if (hasMissing(report)) exitWith(command, exitCode.failed);
}

async function connect(spec: string | undefined, options: ConnectOptions, terminal: Terminal): Promise<void> {
  const { print = false, yes = false, json = false } = options;
  if (options.user && options.project) {
    throw new CliError('--user and --project are two places.', {
      fix: 'Choose one, or run the command twice.',
    });
  }
  if (!print && !yes && !terminal.isInteractive) {
    throw new CliError('connect asks before it writes, and nobody can be asked here.', {
      fix: 'Add --yes to write without a question, or --print to see what would be written.',
    });
  }
  const place: Place = { platform: process.platform, env: terminal.env, project: terminal.cwd };
  const clients = await chooseClients(options, place, terminal);
  const scope = options.user ? 'user' : options.project ? 'project' : isHome(place) ? 'user' : undefined;
  const planOptions = { place, scope, inline: options.inlineSecrets === true, isPrinted: print } as const;
  // Fails before anything is asked of an endpoint.
  for (const client of clients) choosePlace(client, planOptions);
  const isChecked = options.check !== false;
  const target = await readTarget(spec, { ...options, isChecked, clients }, terminal);
  await judge(target, { print, yes }, terminal);
  const { server, toolNames } = target;
  tellNames(target, options.name, clients, terminal);
  const plans: Plan[] = [];
  for (const client of clients) plans.push(await planClient(client, server, planOptions));
  const links = toInstallLinks(server, place);
  const written = print
    ? []
    : await applyPlans(plans, server, { yes, isNameGiven: target.isNameGiven }, terminal);
  if (json) {
    const files = plans.map((plan) => toJson(plan, written.includes(plan)));
    terminal.printJson({
      name: server.name,
      tools: toolNames,
      ...(target.report && { check: target.report }),
      files,
      links,
    });
    return;
  }
  if (print) printPlans(plans, target, terminal);
  if (print || written.length > 0) printLinks(links, print, terminal);
}

function toJson({ write: _write, entry, ...plan }: Plan, isWritten: boolean): object {
  const { value, inputs, variables } = entry;
  return { ...plan, entry: value, ...(inputs && { inputs }), variables, written: isWritten };
}

/** Says what is wrong with the endpoint. Throws if nothing should be written, and nobody can decide otherwise. */
async function judge(
  { report }: ConnectTarget,
  { print, yes }: { print: boolean; yes: boolean },
  terminal: Terminal,
): Promise<void> {
  if (!report) return;
  const { findings, isRefused, url } = report;
  const fault = findings.find(
    ({ demand, state }) => state === 'missing' && (demand === 'answers' || demand === 'mcp'),
  );
  if (fault && yes && !print) {
    throw new CliError(`${url} can't be connected to. ${fault.detail}`, {
      exitCode: isRefused ? exitCode.unauthorized : exitCode.unavailable,
      fix: `Fix: ${fault.fix}. Or add --no-check to write without a look at it.`,
    });
  }
  for (const line of adviceOf(report)) terminal.note(`${terminal.colors.yellow('note:')} ${line}`);
  if (
    fault &&
    !print &&
    !(await terminal.confirm('Write the configuration all the same?', 'Add --no-check.'))
  ) {
    throw new CliError('Nothing was written.', { exitCode: exitCode.cancelled });
  }
}

async function chooseClients(
  { client: given, yes, print }: ConnectOptions,
  place: Place,
  terminal: Terminal,
): Promise<ConfigClientName[]> {
  const instead = `Name them: --client ${configClientNames.join(', --client ')}.`;
  if (given) {
    const other = given.find((name) => !configClientNames.some((known) => known === name));
    if (other !== undefined) {
      throw new CliError(
        `${other} has no file: it is connected in its settings, under Connectors, by the URL.`,
        {
          fix: `Look at the endpoint with --check --client ${other}.`,
        },
      );
    }
    // Cast: the others were refused above.
    return [...new Set(given)] as ConfigClientName[];
  }
  // With --print every client can be shown.
  if (print && !terminal.isInteractive) return [...configClientNames];
  if (yes && !terminal.isInteractive)
    throw new CliError('It is not said which clients to write.', { fix: instead });
  const choices = configClientNames.map((name) => ({ value: name, label: configClients[name].title }));
  const used = configClientNames.filter((name) => existsSync(configClients[name].trace(place)));
  const chosen = await terminal.multiselect('Which clients?', choices, instead, used);
  return configClientNames.filter((name) => chosen.includes(name));
}

/** Says what becomes of a name, and what clients make of it. */
function tellNames(
  { server: { name }, toolNames = [] }: ConnectTarget,
  given: string | undefined,
  clients: readonly ConfigClientName[],
  terminal: Terminal,
): void {
  const tell = (line: string): void => terminal.note(`${terminal.colors.yellow('note:')} ${line}`);
  if (given !== undefined && given !== name)
    tell(`The server is named ${name}: not every client takes "${given}".`);
  if (name.includes('_') && clients.includes('gemini')) {
    tell(
      `Gemini CLI reads an underscore as the end of the name of a server. Choose --name ${name.replaceAll('_', '-')}.`,
    );
  }
  const lost = toolNames.filter((tool) => tool.length + name.length >= 60);
  if (lost.length === 0 || !clients.includes('cursor')) return;
  tell(
    `Cursor leaves out tools that have 60 characters or more with the name of the server: ${lost.join(', ')}. Choose a shorter --name.`,
  );
}

function printPlans(plans: readonly Plan[], { server }: ConnectTarget, terminal: Terminal): void {
  for (const { title, file, fragment, state, diff, warnings, entry } of plans) {
    terminal.print(terminal.colors.bold(`# ${title}: ${file}`));
    terminal.print(state === 'added' || state === 'changed' ? diff : fragment.trimEnd());
    if (state === 'unchanged') terminal.print('(The file has it already.)');
    terminal.print('');
    for (const line of [...warnings, ...entry.notes])
      terminal.note(`${terminal.colors.yellow('note:')} ${title}: ${line}`);
  }
  for (const line of variableNotes(plans, server)) terminal.note(line);
}

function printLinks(links: ReturnType<typeof toInstallLinks>, isAnswer: boolean, terminal: Terminal): void {
  const tell = isAnswer ? terminal.print : terminal.note;
  if ('reason' in links) return terminal.note(`note: ${links.reason}.`);
  tell('Links that install it:');
  tell(`  Cursor   ${links.cursor}`);
  tell(`  VS Code  ${links.vscode}`);
  tell(`  VS Code  ${links.vscodeWeb}`);
}

/** In the home folder, a file of the project would be one for every project below it. */
const isHome = (place: Place): boolean => place.project === homeOf(place);

function collectClient(value: string, before: CheckedClient[] = []): CheckedClient[] {
  const found = checkedClients.find((name) => name === value);
  if (!found)
    throw new CliError(`There is no client "${value}".`, {
      fix: `The clients are ${checkedClients.join(', ')}.`,
    });
  return [...before, found];
}
