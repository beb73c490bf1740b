export { redis, type RedisOptions, type Shared } from './redis.ts';
export { type IoredisClient, type NodeRedisClient, type RedisClient } from './client.ts';
export { RedisError } from './redis-error.ts';
