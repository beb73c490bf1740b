export { redis, type RedisOptions, type Shared } from './redis.ts';
export { redisOAuthStore, type RedisOAuthStore, type RedisOAuthStoreOptions } from './oauth-store.ts';
export {
  type ClusterClient,
  type IoredisClient,
  type IoredisCluster,
  type NodeRedisClient,
  type NodeRedisCluster,
  type NodeRedisSentinel,
  type RedisClient,
} from './client.ts';
export { RedisError } from './redis-error.ts';
