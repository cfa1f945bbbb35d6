import { expect } from "chai";
import { skipBecause } from "../../skipBecause";
import { at, Manifests } from "../../stacks/kubernetesManifests";
import { IMAGE_PROGRAMS, obstacle, type PodArgs, runPods } from "../workload/sandbox";

const NAMESPACE = "database";
const PASSWORD = "for-the-app";

/** A link to the server in the image; Debian has it in a package of its own. */
const SENTINEL = {
  path: `${IMAGE_PROGRAMS}/redis-sentinel`,
  text: '#!/bin/bash\nexec -a redis-sentinel redis-server "$@"\n',
};

/** VibeBox with another Redis; leaves the test out where none can be run. */
function planRedis(context: Mocha.Context, redis: object): Promise<Manifests> {
  const reason = obstacle(["redis-server", "redis-cli"]);
  if (reason !== undefined) {
    skipBecause(context, reason);
  }
  return Manifests.plan({
    system: "vibebox",
    environment: "dev",
    model: "distributed",
    settings: { kubernetes: { sharedStorageClass: "nfs" }, overrides: { stores: { redis } } },
  });
}

/** Words of both scripts. */
const HELPERS = `export REDISCLI_AUTH=${PASSWORD}
ask() { host="10.77.0.$1"; shift; redis-cli -h "$host" "$@" 2>&1; }
# Waits for a condition of at most a minute.
until_() { for attempt in $(seq 300); do "$@" && return; sleep 0.2; done; echo "not within a minute: $*"; exit 1; }
is() { [ "$(eval "$1")" = "$2" ]; }
`;

/** The planned pods of StatefulSets, as these name and number them. */
function podsOf(plan: Manifests, sets: readonly string[]): readonly PodArgs[] {
  return sets.flatMap((set, group) => {
    const planned = plan.get("StatefulSet", `${NAMESPACE}/${set}`);
    return Array.from({ length: Number(at(planned, "spec.replicas")) }, (_, index) => {
      const name = `${set}-${index}`;
      const domain = `${String(at(planned, "spec.serviceName"))}.${NAMESPACE}.svc`;
      return {
        plan,
        namespace: NAMESPACE,
        pod: at(planned, "spec.template.spec"),
        container: set,
        image: [SENTINEL],
        secrets: { password: PASSWORD },
        name,
        names: [`${name}.${domain}`, `${set}.${NAMESPACE}.svc`],
        address: `10.77.0.${10 * (group + 1) + index}`,
      };
    });
  });
}

describe("Redis with sentinels, as planned", function () {
  this.timeout(150_000);

  it("fails over when the master is lost, keeps what was written, and takes the lost server back as a replica", async function () {
    const plan = await planRedis(this, { mode: "sentinel", replicas: 2 });
    const pods = podsOf(plan, ["redis", "redis-sentinel"]);
    expect(pods.map(({ name }) => name)).to.deep.equal([
      "redis-0",
      "redis-1",
      "redis-2",
      "redis-sentinel-0",
      "redis-sentinel-1",
      "redis-sentinel-2",
    ]);
    const { output } = runPods(
      pods,
      `${HELPERS}sentinel() { redis-cli -h 10.77.0.20 -p 26379 "$@" 2>&1; }
role() { ask "$1" role | head -n 1; }
field() { sentinel sentinel master main | grep -A 1 -x "$1" | tail -n 1; }

up redis-0; until_ is "role 10" master
up redis-1; up redis-2
up redis-sentinel-0; up redis-sentinel-1; up redis-sentinel-2
until_ is "field num-slaves" 2
until_ is "field num-other-sentinels" 2
until_ is "ask 10 set kept 1" OK
echo "copies $(ask 10 wait 2 5000)"

down redis-0
moved() { sentinel sentinel get-master-addr-by-name main | head -n 1 | grep -q '^redis-[12]\\.'; }
until_ moved
name="$(sentinel sentinel get-master-addr-by-name main | head -n 1)"
echo "master $name"
new=1\${name:6:1}
until_ is "role $new" master
echo "kept $(ask "$new" get kept)"
until_ is "ask $new set later 2" OK

# The next pod of that name starts with an empty scratch, or with its disk, and asks the sentinels who is master.
up redis-0
until_ is "role 10" slave
until_ is "ask 10 get later" 2
echo "back as $(role 10), $(ask 10 get kept) and $(ask 10 get later)"
ask 10 set elsewhere 3
(unset REDISCLI_AUTH; ask "$new" get kept)

# All lost at once, and the one who was master the last to come back: nobody takes its place meanwhile.
for pod in redis-0 redis-1 redis-2 redis-sentinel-0 redis-sentinel-1 redis-sentinel-2; do down "$pod"; done
master="redis-\${new#1}"
for pod in redis-0 redis-1 redis-2; do [ "$pod" = "$master" ] || up "$pod"; done
up redis-sentinel-0; up redis-sentinel-1; up redis-sentinel-2
missed() { field flags | grep -q o_down; }
until_ missed
sleep 8
echo "while it is away: $(ask 10 ping | cut -c 1-17)"
up "$master"
until_ is "role $new" master
until_ is "role 10" slave
until_ is "ask 10 get later" 2
echo "all back under $(sentinel sentinel get-master-addr-by-name main | head -n 1), $(ask "$new" get later)"
`,
    );
    expect(output).to.match(/^master redis-[12]\.redis-headless\.database\.svc$/m);
    const master = /^master (.*)$/m.exec(output)?.[1];
    for (const line of [
      ...["copies 2", "kept 1", "back as slave, 1 and 2", "READONLY", "NOAUTH"],
      ...["while it is away: Could not connect", `all back under ${master}, 2`],
    ]) {
      expect(output, output).to.contain(line);
    }
  });
});

describe("Redis in shards, as planned", function () {
  this.timeout(150_000);

  it("joins its servers, again where that was broken off, and finds itself again when every pod has another address", async function () {
    const plan = await planRedis(this, { mode: "cluster", shards: 3, replicas: 0 });
    const servers = podsOf(plan, ["redis"]);
    expect(servers.map(({ name }) => name)).to.deep.equal(["redis-0", "redis-1", "redis-2"]);
    const join: PodArgs = {
      plan,
      namespace: NAMESPACE,
      pod: at(plan.get("Job", `${NAMESPACE}/redis-join`), "spec.template.spec"),
      container: "join",
      secrets: { password: PASSWORD },
      name: "join",
      names: ["join"],
      address: "10.77.0.40",
    };
    const { output } = runPods(
      [...servers, join],
      `${HELPERS}state() { ask "$1" cluster info | tr -d '\\r' | sed -n 's/^cluster_state://p'; }

up redis-0; up redis-1; up redis-2
for server in 10 11 12; do until_ is "ask $server ping" PONG; done
# As a job leaves them that died half-way.
ask 10 cluster meet 10.77.0.11 6379 > /dev/null
up join
for server in 10 11 12; do until_ is "state $server" ok; done
redis-cli -c -h 10.77.0.10 set kept 1 > /dev/null
echo "joined, $(ask 10 cluster nodes | grep -c master) masters"
# Once more finds nothing to do.
down join; up join
sleep 2
echo "still $(state 10)"

for pod in redis-0 redis-1 redis-2; do down "$pod"; done
up redis-0 10.77.0.60; up redis-1 10.77.0.61; up redis-2 10.77.0.62
for server in 60 61 62; do until_ is "redis-cli -c -h 10.77.0.$server get kept 2>/dev/null" 1; done
echo "found again, $(redis-cli -c -h 10.77.0.61 get kept), $(state 60)"
`,
    );
    for (const line of ["joined, 3 masters", "still ok", "found again, 1, ok"]) {
      expect(output, output).to.contain(line);
    }
  });
});
