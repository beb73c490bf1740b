import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome'];
const folders = (process.env['PATH'] ?? '').split(delimiter);
const executable = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);

// Where it has to be there, such as in CI, a test that is left out would look like one that passes.
if (!executable && process.env['REQUIRE_CHROMIUM']) {
  throw new Error(
    'REQUIRE_CHROMIUM is set, and there is no chromium on the PATH; install Debian’s package chromium',
  );
}

if (!executable) {
  console.warn(
    'Tests that look at pages are left out: there is no chromium on the PATH (Debian’s package chromium).',
  );
}

/** Why pages cannot be looked at here. */
export const chromiumMissing = executable ? undefined : 'there is no chromium on the PATH';

/** Starts the machine's own Chromium, without a window. Close it. */
export function launchChromium(): Promise<Browser> {
  // Its sandbox needs more than a container gives, and it only sees pages of ours.
  return chromium.launch({ executablePath: executable!, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
