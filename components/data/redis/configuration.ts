import type { StoreOf } from "../../../systems/spec";
import { bytes } from "../../quantities";
import { REDIS_PORT } from "./contract";

export const SENTINEL_PORT = 26_379;
/** Where masters and replicas of a sharded Redis gossip: the client port and ten thousand. */
export const BUS_PORT = 16_379;

/** Name the sentinels know the master by. */
export const MASTER_NAME = "main";

/** Redis' share of its memory limit; forks for persistence and client buffers need the rest. */
const MEMORY_SHARE = 0.75;

/** The part of redis.conf that is no secret. */
export function redisConfiguration(spec: StoreOf<"redis">): string {
  const maxMemory = Math.floor(bytes(spec.resources.limits.memory) * MEMORY_SHARE);
  const lines = [
    `port ${REDIS_PORT}`,
    "bind * -::*",
    "dir /data",
    "protected-mode yes",
    `maxmemory ${maxMemory}`,
    `maxmemory-policy ${spec.eviction}`,
    ...(spec.storage ? ["appendonly yes", "appendfsync everysec"] : ["appendonly no", 'save ""']),
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * Starts one of several Redis servers that sentinels watch. Its name in the headless Service is its address for life;
 * who is master is asked of the sentinels, and only a set that never had any starts with the first pod.
 */
export function sentinelStart(headless: string, namespace: string, store: string): string {
  const domain = `${headless}.${namespace}.svc`;
  return `#!/bin/sh
set -eu
self="$HOSTNAME.${domain}"
export REDISCLI_AUTH="$(cat /run/credentials/password)"
master="$(redis-cli -h ${store}-sentinel.${namespace}.svc -p ${SENTINEL_PORT} sentinel get-master-addr-by-name ${MASTER_NAME} 2>/dev/null | head -n 1 || true)"
master="\${master:-${store}-0.${domain}}"
{
  cat /etc/redis/redis.conf
  echo "requirepass $REDISCLI_AUTH"
  echo "masterauth $REDISCLI_AUTH"
  echo "replica-announce-ip $self"
  # A master that lost its replicas stops taking writes, or it would take some that the next master never saw.
  echo "min-replicas-to-write 1"
  echo "min-replicas-max-lag 10"
  [ "$master" = "$self" ] || echo "replicaof $master ${REDIS_PORT}"
} > /run/redis/redis.conf
exec redis-server /run/redis/redis.conf
`;
}

/** Starts a sentinel. It rewrites its own configuration, so that lies on a scratch directory. */
export function sentinelWatch(headless: string, namespace: string, store: string): string {
  const redisDomain = `${headless}.${namespace}.svc`;
  return `#!/bin/sh
set -eu
password="$(cat /run/credentials/password)"
export REDISCLI_AUTH="$password"
# A sentinel that comes back asks the others first: the first pod may not be master any more.
master="$(redis-cli -h ${store}-sentinel.${namespace}.svc -p ${SENTINEL_PORT} sentinel get-master-addr-by-name ${MASTER_NAME} 2>/dev/null | head -n 1 || true)"
master="\${master:-${store}-0.${redisDomain}}"
until redis-cli -h "$master" -p ${REDIS_PORT} ping >/dev/null 2>&1; do sleep 1; done
cat > /run/redis/sentinel.conf <<CONF
port ${SENTINEL_PORT}
bind * -::*
dir /tmp
requirepass $password
sentinel sentinel-pass $password
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $HOSTNAME.${store}-sentinel-headless.${namespace}.svc
sentinel monitor ${MASTER_NAME} $master ${REDIS_PORT} 2
sentinel auth-pass ${MASTER_NAME} $password
sentinel down-after-milliseconds ${MASTER_NAME} 5000
sentinel failover-timeout ${MASTER_NAME} 60000
sentinel parallel-syncs ${MASTER_NAME} 1
CONF
exec redis-sentinel /run/redis/sentinel.conf
`;
}

/** Starts one server of a sharded Redis. Pods change their address, so each announces the one it has now. */
export const SHARD_START = `#!/bin/sh
set -eu
password="$(cat /run/credentials/password)"
{
  cat /etc/redis/redis.conf
  echo "requirepass $password"
  echo "masterauth $password"
  echo "cluster-enabled yes"
  echo "cluster-config-file /data/nodes.conf"
  echo "cluster-node-timeout 5000"
  echo "cluster-announce-ip $POD_IP"
} > /run/redis/redis.conf
exec redis-server /run/redis/redis.conf
`;

/** Joins the servers to one cluster, once; a set that is joined already is left alone. */
export function joinShards(store: string, namespace: string, nodes: number, replicas: number): string {
  const hosts = Array.from({ length: nodes }, (_, index) => `${store}-${index}.${store}-headless.${namespace}.svc`);
  return `#!/bin/sh
set -eu
export REDISCLI_AUTH="$(cat /run/credentials/password)"
for host in ${hosts.join(" ")}; do
  until redis-cli -h "$host" ping | grep -q PONG; do sleep 2; done
done
if redis-cli -h ${hosts[0]} cluster info | grep -q cluster_state:ok; then
  exit 0
fi
redis-cli --cluster create ${hosts.map((host) => `${host}:${REDIS_PORT}`).join(" ")} --cluster-replicas ${replicas} --cluster-yes
`;
}

/** Starts a single server. */
export const SINGLE_START = `#!/bin/sh
set -eu
{
  cat /etc/redis/redis.conf
  echo "requirepass $(cat /run/credentials/password)"
} > /run/redis/redis.conf
exec redis-server /run/redis/redis.conf
`;
