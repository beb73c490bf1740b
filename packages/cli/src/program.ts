import { Command, CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { addCall } from './commands/call.ts';
import { exitCodeOf } from './commands/exit-with.ts';
import { addLint } from './commands/lint.ts';
import { addList } from './commands/list.ts';
import { addLock } from './commands/lock.ts';
import { addOutputs } from './commands/outputs.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

/** The commands, in the order in which the help text lists them. */
const commands = [addList, addCall, addLint, addLock, addOutputs];

export function createProgram(terminal: Terminal): Command {
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
  for (const add of commands) add(program, terminal);
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
  const program = createProgram(terminal);
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
  // Commander has written its words already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  const code = error instanceof CliError ? error.exitCode : exitCode.failed;
  const message = error instanceof Error ? error.message : String(error);
  const fix = error instanceof CliError ? error.fix : undefined;
  if (args.includes('--json')) {
    terminal.printJson({ error: { message, ...(fix !== undefined && { fix }), code } });
    return code;
  }
  const { red } = terminal.colors;
  terminal.note(code === exitCode.cancelled ? message : `${red('error:')} ${message}`);
  if (fix !== undefined) terminal.note(fix);
  const isOurFault = !(error instanceof CliError);
  if (isOurFault || terminal.env['DEBUG'] !== undefined) {
    const cause = error instanceof CliError ? error.cause : error;
    if (cause instanceof Error) terminal.note(cause.stack ?? cause.message);
  }
  return code;
}
