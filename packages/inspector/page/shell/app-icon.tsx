import type { Implementation } from '@modelcontextprotocol/client';
import { useEffect } from 'react';
import { isNamed, pagePolicy, type PagePolicy, readPagePolicy } from '../session/policy.ts';
import { useStore } from '../store.ts';

/** The icon of the app, if it has one that the policy of this page lets in. */
export function AppIcon({ server, size }: { server: Implementation; size: number }) {
  const policy = useStore(pagePolicy);
  useEffect(() => void readPagePolicy(), []);
  const src = findIcon(server, policy);
  return src === undefined ? null : <img className="app-icon" src={src} alt="" width={size} height={size} />;
}

/** Chooses an icon: a picture inside of the URL, one of this host, or one of a host that the policy names. */
export function findIcon({ icons = [] }: Implementation, policy: PagePolicy | undefined): string | undefined {
  return icons
    .map(({ src }) => src)
    .find((src) => {
      if (/^data:image\//i.test(src)) return true;
      if (!URL.canParse(src, location.href)) return false;
      const url = new URL(src, location.href);
      return /^https?:$/.test(url.protocol) && isNamed(policy?.images ?? [], url);
    });
}
