// oxlint-disable-next-line import/no-default-export -- Next.js wants one
export { apiRoute as default } from '../../handlers.ts';

// Its own parser stops at 1 MB.
export const config = { api: { bodyParser: { sizeLimit: '4mb' } } };
