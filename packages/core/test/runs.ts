/** Whether this is the run of `test:large`. */
const isLarge = process.env['LARGE'] === 'true';

/** How many cases a property test tries: all of them in `test:large`, every fifth in `test`. */
export function runsOf(all: number): number {
  return isLarge ? all : Math.ceil(all / 5);
}
