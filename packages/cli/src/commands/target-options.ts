import { type Command, Option } from 'commander';

/** The options of every command that opens a target, as they were given. */
export interface GivenTargetOptions {
  header?: string[];
  login?: boolean;
  ctx?: string;
  json?: boolean;
}

/** Adds the options that every command has which opens a target. */
export function withTargetOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-H, --header <name: value>', 'a header for the endpoint; may be repeated').argParser(
        collect,
      ),
    )
    .option('--login', 'sign in at the endpoint with OAuth, in your browser')
    .option('--ctx <file>', 'the module whose default export is the context, or makes it, for a router')
    .option('--json', 'print the answer as JSON');
}

/** Collects an option that may be repeated. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
