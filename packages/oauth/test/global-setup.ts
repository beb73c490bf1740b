/** Says what is not run, where it would be missed. */
export function setup(): void {
  for (const [name, example] of Object.entries(servers)) {
    if (process.env[name]) continue;
    console.log(`Left out, because ${name} is not set: what needs a server such as ${example}.`);
  }
}

const servers = {
  DATABASE_URL: 'postgres://postgres@127.0.0.1:5432/postgres',
  REDIS_URL: 'redis://127.0.0.1:6379',
};
