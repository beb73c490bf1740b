import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

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
export const chromiumMissing = executable ? undefined : 'there is no chromium on the PATH';

/** Starts the machine's own Chromium without a window. The caller has to close it. */
export function launchChromium(): Promise<Browser> {
  // Without its sandbox, which needs more rights than a container has. It opens only pages of the demo.
  return chromium.launch({ executablePath: executable!, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
