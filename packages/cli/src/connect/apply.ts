import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';
import { configClients } from './clients/clients.ts';
import type { Plan } from './plan.ts';
import type { Server } from './server.ts';

export interface ApplyOptions {
  yes: boolean;
  isNameGiven: boolean;
}

/**
 * Shows how each file changes, asks about each, and writes those that may be written, after the last question. Returns
 * the plans that were written.
 */
export async function applyPlans(
  plans: readonly Plan[],
  server: Server,
  { yes, isNameGiven }: ApplyOptions,
  terminal: Terminal,
): Promise<Plan[]> {
  const agreed: Plan[] = [];
  for (const plan of plans) {
    if (plan.state === 'unchanged') {
      terminal.note(`${plan.title}: ${plan.file} has it already.`);
      continue;
    }
    terminal.note(`\n${plan.title} (${plan.scope === 'project' ? 'this project' : 'you, in every project'})`);
    terminal.note(colorDiff(plan.diff, terminal));
    for (const line of [...plan.warnings, ...plan.entry.notes])
      terminal.note(`${terminal.colors.yellow('note:')} ${line}`);
    if (yes && plan.replacesOther && !isNameGiven) throw toClash(plan);
    if (
      yes ||
      (await terminal.confirm(
        questionOf(plan),
        'Add --yes to write without a question, or --print to see what would be written.',
      ))
    ) {
      agreed.push(plan);
    }
  }
  for (const plan of agreed) {
    await plan.write();
    terminal.note(`Wrote ${plan.file}. ${configClients[plan.client].afterwards}`);
  }
  for (const line of variableNotes(agreed, server)) terminal.note(line);
  const isRefused = agreed.length === 0 && plans.some(({ state }) => state !== 'unchanged');
  if (isRefused) throw new CliError('Nothing was written.', { exitCode: exitCode.cancelled });
  return agreed;
}

/** Which variables have to be there before a client is started. */
export function variableNotes(plans: readonly Plan[], server: Server): string[] {
  const set = new Set(
    server.kind === 'http' ? server.headers.filter(({ isSet }) => isSet).map(({ variable }) => variable) : [],
  );
  const titles = new Map<string, string[]>();
  for (const { entry, title } of plans) {
    for (const variable of entry.variables) titles.set(variable, [...(titles.get(variable) ?? []), title]);
  }
  return [...titles].map(([variable, clients]) => {
    const whose = clients.join(', ');
    return set.has(variable)
      ? `${whose} will read ${variable}: it has to be set where the client is started, as it is here.`
      : `Set ${variable} to the secret before you start ${whose}: the file has only its name.`;
  });
}

function questionOf({ name, file, replacesOther, state }: Plan): string {
  if (replacesOther) return `"${name}" in ${file} leads to another server. Replace it?`;
  if (state === 'changed') return `Change "${name}" in ${file}?`;
  return state === 'new' ? `Make ${file}?` : `Add "${name}" to ${file}?`;
}

function toClash({ name, file, title }: Plan): CliError {
  return new CliError(`"${name}" in ${file} leads to another server, and was left alone.`, {
    exitCode: exitCode.failed,
    fix: `Choose another name with --name, or replace that entry of ${title} with --name ${name}.`,
  });
}

function colorDiff(diff: string, { colors }: Terminal): string {
  const paint = (line: string): string => {
    if (/^(?:\+\+\+|---) /.test(line)) return colors.bold(line);
    if (line.startsWith('@@')) return colors.cyan(line);
    if (line.startsWith('+')) return colors.green(line);
    return line.startsWith('-') ? colors.red(line) : line;
  };
  return diff.split('\n').map(paint).join('\n');
}
