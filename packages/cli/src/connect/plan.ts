import { CliError } from '../cli-error.ts';
import { type ConfigFile, readConfig, writeConfig } from './config-file.ts';
import type { Entry, Scope } from './clients/client.ts';
import { type ConfigClientName, configClients } from './clients/clients.ts';
import { EditError } from './edit/edit-error.ts';
import { type Edited, editEntry } from './edit/entry.ts';
import { isCommitted } from './git.ts';
import type { Place } from './place.ts';
import type { Server } from './server.ts';
import { toDiff } from './unified-diff.ts';

/** What one client's file will be. Nothing is written yet. */
export interface Plan {
  client: ConfigClientName;
  title: string;
  scope: Scope;
  file: string;
  name: string;
  entry: Entry;
  /** The part of the file that is about this server, complete enough to be copied. */
  fragment: string;
  state: 'new' | 'added' | 'changed' | 'unchanged';
  /** True if an entry of that name is there that leads somewhere else. */
  replacesOther: boolean;
  /** How the file changes, as a unified diff. */
  diff: string;
  warnings: readonly string[];
  /** Writes the file. */
  write: () => Promise<void>;
}

export interface PlanOptions {
  place: Place;
  /** The scope that was asked for. Without one it is that of the project, where the client has such a file. */
  scope: Scope | undefined;
  inline: boolean;
  /** Only prints: a file that can't be edited is a warning then. */
  isPrinted?: boolean;
}

/** Reads a client's file and says how it will change. Throws a `CliError` if the file can't be edited. */
export async function planClient(
  client: ConfigClientName,
  server: Server,
  options: PlanOptions,
): Promise<Plan> {
  const { place, inline } = options;
  let fault: string | undefined;
  const config = configClients[client];
  const { scope, file: path } = choosePlace(client, options);
  const entry = config.toEntry(server, { scope, place, inline });
  const [unset] = entry.unset ?? [];
  if (unset !== undefined && !options.isPrinted) {
    throw new CliError(`${config.title} reads no variables, and ${unset} is not set here.`, {
      fix: `Set ${unset} for this command, so that its value can be written into the file.`,
    });
  }
  const fragment = editEntry(config, '', server.name, entry).text;
  let file: ConfigFile;
  let edited: Edited;
  try {
    file = await readConfig(path);
    edited = edit(client, file, server.name, entry);
  } catch (error) {
    if (!options.isPrinted || !(error instanceof CliError)) throw error;
    file = { path, real: path, text: undefined, hasMark: false };
    edited = { text: fragment, previous: undefined, isSame: true };
    fault = error.message;
  }
  const before = file.text ?? '';
  const isUnchanged = edited.text === before;
  const isPrivate = entry.secrets.length > 0;
  const state = isUnchanged
    ? 'unchanged'
    : file.text === undefined
      ? 'new'
      : edited.previous
        ? 'changed'
        : 'added';
  return {
    client,
    title: config.title,
    scope,
    file: path,
    name: server.name,
    entry,
    fragment,
    state,
    replacesOther: edited.previous !== undefined && !edited.isSame,
    diff: isUnchanged ? '' : toDiff(path, file.text, edited.text),
    warnings: [...(fault === undefined ? [] : [fault]), ...(await toWarnings(path, scope, entry))],
    write: () => writeConfig(file, edited.text, isPrivate),
  };
}

/** The file that is written for a client. Throws a `CliError` if it has none of the scope that was asked for. */
export function choosePlace(
  client: ConfigClientName,
  { place, scope }: PlanOptions,
): { scope: Scope; file: string } {
  const { title, file } = configClients[client];
  for (const one of scope === undefined ? (['project', 'user'] as const) : [scope]) {
    const path = file(one, place);
    if (path !== undefined) return { scope: one, file: path };
  }
  throw new CliError(`${title} has no configuration of a project.`, {
    fix: `Leave --project out, or use --user with --client ${client}.`,
  });
}

function edit(client: ConfigClientName, file: ConfigFile, name: string, entry: Entry): Edited {
  try {
    return editEntry(configClients[client], file.text ?? '', name, entry);
  } catch (error) {
    if (!(error instanceof EditError)) throw error;
    const place = error.line === undefined ? '' : `:${error.line}:${error.column}`;
    throw new CliError(`${file.path}${place} can't be edited: ${error.message}. The file was left alone.`, {
      fix: 'Repair the file, and run this again; --print shows what to write by hand.',
      cause: error,
    });
  }
}

async function toWarnings(path: string, scope: Scope, entry: Entry): Promise<string[]> {
  if (entry.secrets.length === 0) return [];
  if (scope === 'project' && (await isCommitted(path))) {
    return [
      `A secret is written into ${path}, which git commits. Use --user, or add the file to .gitignore first.`,
    ];
  }
  return [`A secret is written into ${path}.`];
}
