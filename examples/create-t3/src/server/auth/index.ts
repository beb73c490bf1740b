import { getServerSession } from 'next-auth';
import { authConfig } from './config';

/** The session of the person whose browser sent the request that is being answered. */
export const auth = () => getServerSession(authConfig);
