import { Command, CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { exitCodeOf } from './commands/exit-with.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

type Add = (program: Command, terminal: Terminal) => void;

/** The commands, in the order in which the help text lists them. Only the one that runs is loaded. */
const commands: Readonly<Record<string, () => Promise<Add>>> = {
  list: async () => (await import('./commands/list.ts')).addList,
  call: async () => (await import('./commands/call.ts')).addCall,
  lint: async () => (await import('./commands/lint.ts')).addLint,
  lock: async () => (await import('./commands/lock.ts')).addLock,
  eval: async () => (await import('./commands/eval.ts')).addEval,
  outputs: async () => (await import('./commands/outputs.ts')).addOutputs,
  connect: async () => (await import('./commands/connect.ts')).addConnect,
  serve: async () => (await import('./commands/serve.ts')).addServe,
  export: async () => (await import('./commands/export.ts')).addExport,
  init: async () => (await import('./commands/init.ts')).addInit,
};

/** Makes the command line for these arguments. Help, and what is mistyped, needs all commands. */
export async function createProgram(args: readonly string[], terminal: Terminal): Promise<Command> {
  const program = new Command('trpc-mcp')
    .description('Look at, call, check, serve and connect the MCP server of a tRPC app.')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help, or that of a command')
    .helpCommand('help [command]', 'print the help of a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    })
    .addHelpText('after', helpText);
  const [name = ''] = args;
  const isVersion = name === '-v' || name === '--version';
  const loaded = Object.hasOwn(commands, name) ? [commands[name]!] : isVersion ? [] : Object.values(commands);
  for (const load of loaded) (await load())(program, terminal);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  return program;
}

const helpText = `
A target is the module that exports your router, such as src/router.ts or src/router.ts#appRouter, or the URL of an
endpoint, such as https://app.example.com/mcp. A target in trpc-mcp.config.ts need not be named.

Exit codes: 0 all is well; 1 something was found or a tool failed; 2 the command line or a setting is wrong; 3 the target
cannot be loaded or reached; 4 a credential is missing or refused; 130 cancelled.`;

/** Runs a command line. Resolves to the exit code, and never rejects. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = exitCode.ok;
  const program = await createProgram(args, terminal);
  program.hook('postAction', (_, action) => {
    code = exitCodeOf(action) ?? code;
  });
  try {
    if (args.length === 0) program.help();
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return tell(error, args, terminal);
  }
}

function tell(error: unknown, args: readonly string[], terminal: Terminal): ExitCode {
  const isJson = args.some(
    (arg, at) =>
      arg === '--json' || arg === '--format=json' || (arg === '--format' && args[at + 1] === 'json'),
  );
  if (error instanceof CommanderError) {
    // Commander has written its words already.
    if (error.exitCode === 0) return exitCode.ok;
    const usage = { message: error.message.replace(/^error: /, ''), code: exitCode.usage };
    if (isJson) terminal.printJson({ error: usage });
    return exitCode.usage;
  }
  const code = error instanceof CliError ? error.exitCode : exitCode.failed;
  const message = error instanceof Error ? error.message : String(error);
  const fix = error instanceof CliError ? error.fix : undefined;
  if (isJson) {
    terminal.printJson({ error: { message, ...(fix !== undefined && { fix }), code } });
    return code;
  }
  const { red } = terminal.colors;
  terminal.note(code === exitCode.cancelled ? message : `${red('error:')} ${message}`);
  if (fix !== undefined) terminal.note(fix);
  // What a server says of a request is told as it is.
  const isOurFault = !(error instanceof CliError || (error as Error | undefined)?.name === 'ProtocolError');
  if (isOurFault || terminal.env['DEBUG'] !== undefined) {
    const cause = error instanceof CliError ? error.cause : error;
    if (cause instanceof Error) terminal.note(cause.stack ?? cause.message);
  }
  return code;
}
