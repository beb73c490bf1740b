import { generateKey } from '../src/index.ts';

/** The same for every app that one test file starts, so that an app that is started again is the same server. */
export const keys = [await generateKey()];
export const secret = 'the secret of these tests, which everybody may read';
