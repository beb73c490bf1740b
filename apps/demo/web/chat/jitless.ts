import { config } from 'zod/v4/core';

// The AI SDK checks what arrives with Zod, which would first try whether it may make functions of texts. The policy of the
// page does not allow that, and the browser would report it.
config({ jitless: true });
