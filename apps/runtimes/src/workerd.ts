import { serve } from './app.ts';

// oxlint-disable-next-line import/no-default-export -- it is what Workers call
export default { fetch: serve };
