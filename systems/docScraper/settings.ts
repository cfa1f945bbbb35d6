/**
 * What the source sets in the application's code: its pools, cache lifetimes and access rules. The values are the
 * source's, the variables' names ours, as it gives none.
 */
export const settings: Readonly<Record<string, string>> = {
  LOG_FORMAT: "json",
  API_KEY_HEADER: "X-API-Key",
  USER_ROLES: "admin,user,readonly",
  DB_POOL_SIZE: "20",
  DB_MAX_OVERFLOW: "10",
  DB_POOL_TIMEOUT: "30",
  DB_POOL_RECYCLE: "3600",
  DB_POOL_PRE_PING: "true",
  REDIS_MAX_CONNECTIONS: "100",
  REDIS_SOCKET_KEEPALIVE: "true",
  REDIS_SOCKET_TIMEOUT: "5",
  REDIS_RETRY_ON_TIMEOUT: "true",
  REDIS_DECODE_RESPONSES: "true",
  CACHE_TTL_PAGE_CONTENT: "3600",
  CACHE_TTL_JOB_METADATA: "300",
  CACHE_TTL_USER_DATA: "600",
  CACHE_TTL_API_RESPONSE: "60",
};
