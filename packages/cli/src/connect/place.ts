import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

/** Where the files of clients are on this machine: for one person, or for one project. */
export interface Place {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  /** Absolute path of the folder that project files are written to. */
  project: string;
}

/** Joins with the separators of the place's platform. */
export function join(place: Place, ...parts: string[]): string {
  return (place.platform === 'win32' ? win32 : posix).join(...parts);
}

export function homeOf(place: Place): string {
  const { platform, env } = place;
  return (platform === 'win32' ? env['USERPROFILE'] : env['HOME']) || homedir();
}

/** The folder in which desktop applications keep their data, as Electron names it. */
export function appDataOf(place: Place): string {
  const { platform, env } = place;
  if (platform === 'win32') return env['APPDATA'] || join(place, homeOf(place), 'AppData', 'Roaming');
  if (platform === 'darwin') return join(place, homeOf(place), 'Library', 'Application Support');
  return configHomeOf(place);
}

/** The folder for configuration of the XDG base directories. */
export function configHomeOf(place: Place): string {
  const set = place.env['XDG_CONFIG_HOME'];
  // The specification ignores a path that is not absolute.
  return set && posix.isAbsolute(set) ? set : join(place, homeOf(place), '.config');
}
