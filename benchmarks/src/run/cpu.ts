/** The time of the processor in µs, which other load on the machine does not change. */
export async function timePer(times: number, run: (index: number) => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  for (let index = 0; index < times; index++) await run(index);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / times;
}
