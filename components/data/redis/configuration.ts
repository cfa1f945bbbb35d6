import type { StoreOf } from "../../../systems/spec";
import { bytes } from "../../quantities";
import { REDIS_PORT } from "./contract";

export const SENTINEL_PORT = 26_379;
/** Where masters and replicas of a sharded Redis gossip: the client port and ten thousand. */
export const BUS_PORT = 16_379;

/** Name the sentinels know the master by. */
export const MASTER_NAME = "main";

/** Seconds that servers which come back together wait for the one who was master, before the sentinels choose another. */
const MASTER_SECONDS = 300;

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
 * who is master is asked of the sentinels, and only a set that never had any data starts with the first pod: one that has
 * waits for them, and for the master they name, or what that one wrote last would be overwritten from an older copy.
 */
export function sentinelStart(headless: string, namespace: string, store: string): string {
  const domain = `${headless}.${namespace}.svc`;
  return `#!/bin/sh
set -eu
self="$HOSTNAME.${domain}"
export REDISCLI_AUTH="$(cat /run/credentials/password)"
ask() { redis-cli -h ${store}-sentinel.${namespace}.svc -p ${SENTINEL_PORT} sentinel get-master-addr-by-name ${MASTER_NAME} 2>/dev/null | head -n 1 || true; }
master="$(ask)"
answers() { [ "$1" = "$self" ] || redis-cli -h "$1" -p ${REDIS_PORT} ping >/dev/null 2>&1; }
if [ -e /data/appendonlydir ] || [ -e /data/dump.rdb ]; then
  # After ${MASTER_SECONDS} seconds it is given up: the sentinels then choose among those who are there.
  waited=0
  until [ -n "$master" ] && { answers "$master" || [ "$waited" -ge ${MASTER_SECONDS} ]; }; do
    echo "waiting for \${master:-a sentinel that knows who is master}"
    sleep 1
    waited=$((waited + 1))
    master="$(ask)"
  done
fi
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

/**
 * Starts a sentinel. Its configuration, which it rewrites itself, lies on its disk: when all servers and sentinels were gone
 * at once, it alone tells who was master.
 */
export function sentinelWatch(headless: string, namespace: string, store: string): string {
  const redisDomain = `${headless}.${namespace}.svc`;
  return `#!/bin/sh
set -eu
password="$(cat /run/credentials/password)"
export REDISCLI_AUTH="$password"
if [ -s /data/sentinel.conf ]; then
  exec redis-sentinel /data/sentinel.conf
fi
# A sentinel that comes back asks the others first: the first pod may not be master any more.
master="$(redis-cli -h ${store}-sentinel.${namespace}.svc -p ${SENTINEL_PORT} sentinel get-master-addr-by-name ${MASTER_NAME} 2>/dev/null | head -n 1 || true)"
master="\${master:-${store}-0.${redisDomain}}"
# Not for ever: servers that have data and lost every sentinel's disk wait in their turn for an answer.
for attempt in $(seq 60); do
  redis-cli -h "$master" -p ${REDIS_PORT} ping >/dev/null 2>&1 && break
  sleep 1
done
cat > /data/sentinel.new <<CONF
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
mv /data/sentinel.new /data/sentinel.conf
exec redis-sentinel /data/sentinel.conf
`;
}

/**
 * Starts one server of a sharded Redis. Pods change their address, so each announces the one it has now; where all of them
 * changed it at once, none finds another by what it remembers, so each looks up who it knew by name and greets them anew.
 */
export function shardStart(store: string, namespace: string, nodes: number): string {
  return `#!/bin/sh
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
if [ "$(grep -c connected /data/nodes.conf 2>/dev/null || true)" -gt 1 ]; then
  (
    export REDISCLI_AUTH="$password"
    # A server calls the cluster whole until it has missed the others for a while; who comes later greets it in turn.
    round=0
    until [ "$round" -ge 5 ] && redis-cli cluster info | grep -q cluster_state:ok; do
      sleep 3
      round=$((round + 1))
      for host in ${shardHosts(store, namespace, nodes).join(" ")}; do
        address="$(redis-cli -h "$host" config get cluster-announce-ip 2>/dev/null | tail -n 1 || true)"
        [ -z "$address" ] || redis-cli cluster meet "$address" ${REDIS_PORT} > /dev/null || true
      done
    done
  ) &
fi
exec redis-server /run/redis/redis.conf
`;
}

function shardHosts(store: string, namespace: string, nodes: number): readonly string[] {
  return Array.from({ length: nodes }, (_, index) => `${store}-${index}.${store}-headless.${namespace}.svc`);
}

/**
 * Joins the servers to one cluster, once; a set that is joined already is left alone, and one that was begun to be joined and
 * holds nothing yet is begun anew.
 */
export function joinShards(store: string, namespace: string, nodes: number, replicas: number): string {
  const hosts = shardHosts(store, namespace, nodes);
  return `#!/bin/sh
set -eu
export REDISCLI_AUTH="$(cat /run/credentials/password)"
for host in ${hosts.join(" ")}; do
  until redis-cli -h "$host" ping | grep -q PONG; do sleep 2; done
done
whole() { redis-cli -h ${hosts[0]} cluster info | grep -q cluster_state:ok; }
whole && exit 0
if [ "$(redis-cli -h ${hosts[0]} cluster nodes | grep -c .)" -gt 1 ]; then
  # They may be finding each other again.
  for attempt in $(seq 45); do
    whole && exit 0
    sleep 1
  done
  for host in ${hosts.join(" ")}; do
    keys="$(redis-cli -h "$host" dbsize)"
    [ "$keys" = 0 ] || { echo "$host holds $keys keys, and the cluster is not whole: see redis-cli --cluster check $host:${REDIS_PORT}" >&2; exit 1; }
  done
  for host in ${hosts.join(" ")}; do redis-cli -h "$host" cluster reset > /dev/null; done
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
