import { config } from 'zod/v4/core';

// zod compiles its parsers where it may, and finds out by trying. The policy of this page forbids it, and reports each try. The
// client makes its parsers when it is loaded, so that this module has to be loaded before it.
config({ jitless: true });
