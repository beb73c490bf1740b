import { toAsciiHost, toPlainText } from './text.ts';
import type { ClientView } from './view.ts';

/** The name of a client, fit for a page. */
export function nameOf({ name, host }: ClientView): string {
  return toPlainText(name) || (host && toAsciiHost(host)) || 'A program without a name';
}

/** The host of a client, or what stands for it. */
export function placeOf({ host }: ClientView): string {
  return host ? toAsciiHost(host) : 'A program on this computer';
}

/** Says in whole sentences who vouches for a client. */
export function voucherOf(client: ClientView, appName: string): string {
  if (!client.isVerified) return 'Its name is not verified. Anybody can use it.';
  return isDescribedByItsHost(client)
    ? 'Verified: its own website says so.'
    : `Verified: ${appName} has registered it.`;
}

/** Whether the id of a client is the URL of its metadata document. Other verified clients were registered by the app. */
function isDescribedByItsHost({ id, host }: ClientView): boolean {
  return host !== undefined && URL.canParse(id) && new URL(id).host === toAsciiHost(host);
}
