import type { Icon } from '@modelcontextprotocol/client';

/** The first icon that is part of the list itself. Others would be loaded from elsewhere, and are not shown. */
export function IconRow({ icons }: { icons: readonly Icon[] | undefined }) {
  const icon = icons?.find(({ src }) => isInline(src));
  return icon ? <img className="icon" src={icon.src} alt="" width={24} height={24} /> : null;
}

const mostCharacters = 200_000;

/** Whether an icon is a picture in a `data:` URL. */
export function isInline(src: unknown): boolean {
  return (
    typeof src === 'string' && src.length <= mostCharacters && /^data:image\/[a-z0-9.+-]+[;,]/i.test(src)
  );
}
