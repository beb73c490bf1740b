import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import process from 'node:process';
import type { Place } from './place.ts';
import type { Launch } from './server.ts';

export interface Command {
  command: string;
  args: string[];
}

export interface CommandOptions {
  /** What stands for the folder of the project, such as `${workspaceFolder}`, or `undefined` for whole paths. */
  projectFolder: string | undefined;
  place: Place;
}

/**
 * The command that serves a module over stdio. With a folder of the project it is the same on every machine;
 * without one it has whole paths, because an application that was not started from a shell knows no other.
 */
export function toCommand(launch: Launch, { projectFolder, place }: CommandOptions): Command {
  const path = (file: string) => toPath(file, projectFolder, place);
  const module = path(launch.file) + (launch.exportName === undefined ? '' : `#${launch.exportName}`);
  const args = ['serve', module, ...(launch.ctx === undefined ? [] : ['--ctx', path(launch.ctx)])];
  if (launch.script !== undefined) {
    const node = projectFolder === undefined ? process.execPath : 'node';
    return { command: node, args: [path(launch.script), ...args] };
  }
  const npx = ['npx', '-y', '@trpc-mcp/cli', ...args];
  // On Windows npx is a script for cmd, which can't be started as a program.
  const [command, ...rest] = place.platform === 'win32' ? ['cmd', '/c', ...npx] : npx;
  return { command: command!, args: rest };
}

/** The installed script of this package for a module: in a `node_modules` of its folder or of one above. */
export function findScript(root: string): string | undefined {
  const paths = process.platform === 'win32' ? win32 : posix;
  for (let folder = root; ; folder = paths.dirname(folder)) {
    const script = paths.join(folder, 'node_modules', '@trpc-mcp', 'cli', 'dist', 'bin.js');
    if (existsSync(script)) return script;
    if (paths.dirname(folder) === folder) return undefined;
  }
}

function toPath(file: string, projectFolder: string | undefined, place: Place): string {
  if (projectFolder === undefined) return file;
  const paths = place.platform === 'win32' ? win32 : posix;
  // Slashes work on every system, so that a file in a repository does too.
  const relative = paths.relative(place.project, file).replaceAll('\\', '/');
  if (paths.isAbsolute(relative)) return file;
  return projectFolder === '.' ? relative : `${projectFolder}/${relative}`;
}
