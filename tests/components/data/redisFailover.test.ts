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

/** The planned pods of the servers and of the sentinels, as a StatefulSet names and numbers them. */
function podsOf(plan: Manifests): readonly PodArgs[] {
  return ["redis", "redis-sentinel"].flatMap((set, group) => {
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
    const reason = obstacle(["redis-server", "redis-cli"]);
    if (reason !== undefined) {
      skipBecause(this, reason);
    }
    const plan = await Manifests.plan({
      system: "vibebox",
      environment: "dev",
      model: "distributed",
      settings: {
        kubernetes: { sharedStorageClass: "nfs" },
        overrides: { stores: { redis: { mode: "sentinel", replicas: 2 } } },
      },
    });
    const pods = podsOf(plan);
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
      `export REDISCLI_AUTH=${PASSWORD}
ask() { host="10.77.0.$1"; shift; redis-cli -h "$host" "$@" 2>&1; }
sentinel() { redis-cli -h 10.77.0.20 -p 26379 "$@" 2>&1; }
role() { ask "$1" role | head -n 1; }
field() { sentinel sentinel master main | grep -A 1 -x "$1" | tail -n 1; }
# Waits for a condition of at most a minute.
until_() { for attempt in $(seq 300); do "$@" && return; sleep 0.2; done; echo "not within a minute: $*"; exit 1; }
is() { [ "$(eval "$1")" = "$2" ]; }

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
unset REDISCLI_AUTH
ask "$new" get kept
`,
    );
    expect(output).to.match(/^master redis-[12]\.redis-headless\.database\.svc$/m);
    for (const line of ["copies 2", "kept 1", "back as slave, 1 and 2", "READONLY", "NOAUTH"]) {
      expect(output, output).to.contain(line);
    }
  });
});
