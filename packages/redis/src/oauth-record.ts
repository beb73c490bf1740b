import type { Connection } from './connection.ts';

/**
 * A record is a hash with its value, and with its groups as JSON. A group is a sorted set of the keys of its records, by the
 * time at which each one expires, so that the expired ones can be left out. It expires with the last of them.
 */
export interface Records {
  add: (key: string, value: string, ttlMs: string) => Promise<boolean>;
  get: (key: string) => Promise<string | undefined>;
  set: (key: string, value: string, ttlMs: string, groups: readonly string[]) => Promise<void>;
  delete: (key: string) => Promise<void>;
  keysOf: (group: string) => Promise<string[]>;
}

/** Makes the records of a store. Every key that it sets begins with the prefix. */
export function createRecords(connection: Connection, prefix: string): Records {
  const recordOf = (key: string) => `${prefix}record:${key}`;
  const groupOf = (group: string) => `${prefix}group:${group}`;
  const run = (script: string, keys: readonly string[], args: readonly string[]) =>
    connection.send(['EVAL', script, String(keys.length), ...keys, ...args]);

  /**
   * Runs a script that changes a record and its groups. A script has to be given the names of all keys, and the groups of the
   * record are known only to Redis. So it is run for the groups that the record probably has. If it has others, the script
   * changes nothing and returns them, and is run again.
   */
  const change = async (
    script: string,
    key: string,
    probable: string,
    joins: readonly string[],
    args: string[],
  ) => {
    let known = probable;
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const leaves = (JSON.parse(known) as string[]).filter((group) => !joins.includes(group));
      const keys = [recordOf(key), ...leaves.map(groupOf), ...joins.map(groupOf)];
      const others = await run(script, keys, [key, known, String(leaves.length), ...args]);
      if (typeof others !== 'string') return;
      known = others;
    }
    throw new Error(
      `the groups of a record were changed ${mostAttempts} times while it was written; try again`,
    );
  };

  return {
    async add(key, value, ttlMs) {
      return (await run(addScript, [recordOf(key)], [value, ttlMs])) === 1;
    },
    async get(key) {
      const value = await connection.send(['HGET', recordOf(key), 'value']);
      return value === null ? undefined : (value as string);
    },
    async set(key, value, ttlMs, groups) {
      const joins = [...new Set(groups)].toSorted();
      const json = JSON.stringify(joins);
      // Mostly a record is new, or stays in its groups.
      await change(setScript, key, json, joins, [value, ttlMs, json]);
    },
    delete: (key) => change(deleteScript, key, noGroups, [], []),
    async keysOf(group) {
      return (await run(keysOfScript, [groupOf(group)], [])) as string[];
    },
  };
}

const noGroups = '[]';
/** Each attempt after the second means that somebody else changed the groups of the same record meanwhile. */
const mostAttempts = 20;

const nowPart = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number) return string.format('%.0f', number) end
`;

const groupsPart = `
local function expire(group)
  redis.call('ZREMRANGEBYSCORE', group, '-inf', text(now))
  local last = redis.call('ZREVRANGE', group, 0, 0, 'WITHSCORES')
  if last[2] then redis.call('PEXPIREAT', group, text(last[2])) end
end
local current = redis.call('HGET', KEYS[1], 'groups')
if current and current ~= ARGV[2] then return current end
local leaves = tonumber(ARGV[3])
for index = 2, 1 + leaves do
  redis.call('ZREM', KEYS[index], ARGV[1])
  expire(KEYS[index])
end
`;

const addScript = `${nowPart}
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'value', ARGV[1], 'groups', '${noGroups}')
redis.call('PEXPIREAT', KEYS[1], text(now + ARGV[2]))
return 1
`;

const setScript = `${nowPart}${groupsPart}
local expiresAt = text(now + ARGV[5])
redis.call('HSET', KEYS[1], 'value', ARGV[4], 'groups', ARGV[6])
redis.call('PEXPIREAT', KEYS[1], expiresAt)
for index = 2 + leaves, #KEYS do
  redis.call('ZADD', KEYS[index], expiresAt, ARGV[1])
  expire(KEYS[index])
end
`;

const deleteScript = `${nowPart}${groupsPart}
redis.call('DEL', KEYS[1])
`;

const keysOfScript = `${nowPart}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(now))
return redis.call('ZRANGE', KEYS[1], 0, -1)
`;
