/** Says what is not run, where it would be missed. */
export function setup(): void {
  if (process.env['REDIS_URL']) return;
  console.log('Left out, because REDIS_URL is not set: what needs a Redis, such as redis://127.0.0.1:6379.');
}
