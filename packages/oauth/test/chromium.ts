import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome'];
const folders = (process.env['PATH'] ?? '').split(delimiter);
const executable = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);

// In CI a missing Chromium is an error, because skipped tests would look like passing ones.
if (!executable && process.env['REQUIRE_CHROMIUM']) {
  throw new Error(
    'REQUIRE_CHROMIUM is set, but there is no chromium on the PATH; install Debian’s package chromium',
  );
}

if (!executable) {
  console.warn(
    'Tests that look at pages are left out: there is no chromium on the PATH (Debian’s package chromium).',
  );
}

/** Why Chromium cannot be used here. */
export const chromiumMissing: string | undefined = executable
  ? undefined
  : 'there is no chromium on the PATH';

/** Starts the machine's own Chromium without a window. The caller has to close it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable!,
    // Without its sandbox, which needs more rights than a container has, and without asking for news of itself.
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
    ],
  });
}

/** Collects everything that a page complains about, such as what its Content-Security-Policy blocks. Call it first. */
export function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`));
  return complaints;
}

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Finds everything that axe calls a violation on a page. */
export async function findBarriers(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the policy of the page does not bind.
  await page.evaluate(await axeSource);
  return page.evaluate(async () => {
    interface Violation {
      id: string;
      nodes: { html: string; failureSummary: string }[];
    }
    // Not the type of the page: apps/conformance uses this file too, and has no types of a browser.
    const { axe, document } = globalThis as unknown as {
      document: unknown;
      axe: { run: (context: unknown, options: unknown) => Promise<{ violations: Violation[] }> };
    };
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}
