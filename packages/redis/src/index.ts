export { redis, type RedisOptions, type Shared } from './redis.ts';
export { redisOAuthStore, type RedisOAuthStore, type RedisOAuthStoreOptions } from './oauth-store.ts';
export { type IoredisClient, type NodeRedisClient, type RedisClient } from './client.ts';
export { RedisError } from './redis-error.ts';
