/** Whether the app runs for its developer: `NODE_ENV` is `development`. Everything else, also unset, is production. */
export function isDevelopment(): boolean {
  // Some runtimes have no `process`.
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.['NODE_ENV'] === 'development';
}
