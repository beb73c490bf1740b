import { existsSync } from 'node:fs';
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

/** Why Chromium cannot be used here. */
export const chromiumMissing = executable ? undefined : 'there is no chromium on the PATH';

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

/** What went wrong on a page: violations of its Content-Security-Policy, errors of its script, and failed loads. */
export interface Trouble {
  violations: string[];
  errors: string[];
}

/** Collects what goes wrong on a page. Call it before the page is opened. */
export async function watchTrouble(page: Page): Promise<Trouble> {
  const trouble: Trouble = { violations: [], errors: [] };
  page.on('pageerror', (error) => trouble.errors.push(error.message));
  page.on('console', (message) => {
    if (/Content[- ]Security[- ]Policy/i.test(message.text())) trouble.violations.push(message.text());
  });
  await page.exposeFunction('tellViolation', (text: string) => trouble.violations.push(text));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      const { tellViolation } = globalThis as unknown as { tellViolation: (text: string) => void };
      tellViolation(`${event.violatedDirective}: ${event.blockedURI}`);
    });
  });
  return trouble;
}
