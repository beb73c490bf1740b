import { pathToFileURL } from 'node:url';
import { type HttpRequest } from '../load/request.ts';

// Loads a bundle in a new process, sends it a request, and prints how long that took: `first-answer <bundle> <request>`.

/** The cost of the first answer, without the start of Node itself. */
export interface FirstAnswer {
  ms: number;
  /** The CPU time of all threads. */
  cpuMs: number;
  body: string;
}

const [bundle = '', json = ''] = process.argv.slice(2);
const { path, headers, body: sent } = JSON.parse(json) as HttpRequest;
// The first request of a process loads parts of Node, which a host has loaded already.
const request = new Request(`http://127.0.0.1${path}`, { method: 'POST', headers, body: sent });
await new Response('').text();
const before = performance.now();
const cpuBefore = process.cpuUsage();
const { serve } = (await import(pathToFileURL(bundle).href)) as {
  serve: (req: Request) => Promise<Response>;
};
const response = await serve(request);
const body = await response.text();
const ms = performance.now() - before;
const { user, system } = process.cpuUsage(cpuBefore);
const answer: FirstAnswer = { ms, cpuMs: (user + system) / 1000, body };
console.log(JSON.stringify(answer));
process.exit();
