import { expect } from "chai";
import { skipBecause } from "../../skipBecause";
import { at, Manifests } from "../../stacks/kubernetesManifests";
import { obstacle, quoted, runInSandbox, type SandboxResult } from "./sandbox";

/** Says who runs it, and that nothing outside its mounts can be written to. */
const WITNESS = `
echo "user $(id -u)"
for path in / /etc /usr /var /opt; do
  if [ -d "$path" ] && touch "$path/written" 2>/dev/null; then echo "wrote to $path"; fi
done
grep -q '^CapEff:\\s*0*$' /proc/self/status && echo "no capability"
`;

function sound({ output }: SandboxResult): void {
  expect(output).to.contain("user 10001");
  expect(output).to.contain("no capability");
  expect(output).to.not.contain("wrote to");
}

describe("programs that want root start as planned: user 10001, a read-only root, the declared mounts", function () {
  this.timeout(90_000);
  let vibebox: Manifests;
  let scraper: Manifests;
  before(async () => {
    const kubernetes = { sharedStorageClass: "nfs" };
    const common = { environment: "dev", settings: { kubernetes } } as const;
    vibebox = await Manifests.plan({ ...common, system: "vibebox", model: "distributed" });
    scraper = await Manifests.plan({ ...common, system: "scraping-platform", model: "distributed" });
  });

  function needs(context: Mocha.Context, ...programs: readonly string[]): void {
    const reason = obstacle(programs);
    if (reason !== undefined) {
      skipBecause(context, reason);
    }
  }

  it("nginx, on port 80", function () {
    needs(this, "nginx", "curl");
    const pod = at(vibebox.get("Deployment", "frontend/frontend"), "spec.template.spec");
    expect(at(pod, "securityContext.sysctls")).to.deep.equal([
      { name: "net.ipv4.ip_unprivileged_port_start", value: "0" },
    ]);
    // The official image's own configuration and paths, but for the log: its pipe is another user's here.
    const configuration = `pid /var/run/nginx.pid;
error_log stderr;
events {}
http {
  client_body_temp_path /var/cache/nginx/client_temp;
  proxy_temp_path /var/cache/nginx/proxy_temp;
  fastcgi_temp_path /var/cache/nginx/fastcgi_temp;
  uwsgi_temp_path /var/cache/nginx/uwsgi_temp;
  scgi_temp_path /var/cache/nginx/scgi_temp;
  access_log off;
  include /etc/nginx/conf.d/*.conf;
}
`;
    const result = runInSandbox({
      plan: vibebox,
      namespace: "frontend",
      pod,
      container: "frontend",
      image: [
        { path: "/etc/nginx/nginx.conf", text: configuration },
        { path: "/etc/hosts", text: "127.0.0.1 backend.backend.svc\n" },
      ],
      script: `set -eu
${WITNESS}
# What the image's start script does: variables the container has, in every template.
sed "s|\\\${BACKEND_URL}|$BACKEND_URL|g" /etc/nginx/templates/default.conf.template > /etc/nginx/conf.d/default.conf
nginx -e stderr -g 'daemon off;' &
for attempt in $(seq 50); do curl -s -o /dev/null http://127.0.0.1/healthz && break; sleep 0.1; done
echo "liveness $(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/healthz)"
head -c 300000 /dev/zero | curl -s -o /dev/null -w 'upload %{http_code}\\n' --data-binary @- http://127.0.0.1/api/x
kill %1
`,
    });
    sound(result);
    expect(result.output).to.contain("liveness 204");
    // A large body goes to the scratch directory before the absent backend makes it a 502.
    expect(result.output).to.contain("upload 502");
  });

  it("PostgreSQL, made anew by its start script, with its role, database and probes", function () {
    needs(this, "initdb", "postgres", "psql", "pg_isready");
    const pod = at(vibebox.get("StatefulSet", "database/postgres"), "spec.template.spec");
    const container = at(pod, "containers.0");
    const args = (at(container, "args") as readonly string[]).map(quoted).join(" ");
    const probe = (name: string) => (at(container, `${name}.exec.command`) as readonly string[]).map(quoted).join(" ");
    const result = runInSandbox({
      plan: vibebox,
      namespace: "database",
      pod,
      container: "postgres",
      secrets: { password: "for-the-app", "admin-password": "for-nobody" },
      script: `set -eu
${WITNESS}
# What the image's start script does with an empty directory.
initdb --pgdata="$PGDATA" --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" $POSTGRES_INITDB_ARGS > /tmp/initdb.log
export PGPASSWORD="$(cat "$POSTGRES_PASSWORD_FILE")"
# Debian's default listens on localhost alone; the image's does on every address.
echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
pg_ctl --pgdata="$PGDATA" --wait --log=/tmp/first.log -o "-c listen_addresses=''" start > /dev/null
sh /docker-entrypoint-initdb.d/10-app.sh
pg_ctl --pgdata="$PGDATA" --wait --mode=fast stop > /dev/null
${args} 2> /tmp/server.log &
for attempt in $(seq 100); do ${probe("startupProbe")} && break; sleep 0.1; done
${probe("livenessProbe")} && ${probe("readinessProbe")} && echo "probes pass"
PGPASSWORD=for-the-app psql --no-psqlrc -tA --host=127.0.0.1 --username=app --dbname=vibebox \\
  --command="SELECT 'owner ' || pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'vibebox'" \\
  --command="CREATE TABLE t AS SELECT generate_series(1, 100000) AS i" \\
  --command="SELECT 'superuser ' || rolsuper FROM pg_roles WHERE rolname = 'app'"
PGPASSWORD=wrong psql --no-psqlrc --host=127.0.0.1 --username=app --dbname=vibebox --command='' 2>/dev/null || echo "refuses a wrong password"
kill -INT %1; wait %1 || true
`,
    });
    sound(result);
    for (const line of ["probes pass", "owner app", "superuser false", "refuses a wrong password"]) {
      expect(result.output, result.output).to.contain(line);
    }
  });

  it("Redis, with its password, its disk and its probe", function () {
    needs(this, "redis-server", "redis-cli");
    const pod = at(vibebox.get("StatefulSet", "database/redis"), "spec.template.spec");
    const container = at(pod, "containers.0");
    const command = (path: string) => (at(container, path) as readonly string[]).map(quoted).join(" ");
    const result = runInSandbox({
      plan: vibebox,
      namespace: "database",
      pod,
      container: "redis",
      secrets: { password: "for-the-app" },
      script: `set -eu
${WITNESS}
${command("command")} > /tmp/redis.log &
for attempt in $(seq 100); do ${command("startupProbe.exec.command")} && break; sleep 0.1; done
${command("readinessProbe.exec.command")} && echo "probe passes"
export REDISCLI_AUTH=for-the-app
redis-cli set kept 1 > /dev/null && redis-cli config get appendonly | tr '\\n' ' '
env -u REDISCLI_AUTH redis-cli get kept
redis-cli shutdown || true
ls /data
`,
    });
    sound(result);
    for (const line of ["probe passes", "appendonly yes", "NOAUTH", "appendonlydir"]) {
      expect(result.output, result.output).to.contain(line);
    }
  });

  it("Memcached, without a mount at all", function () {
    needs(this, "memcached", "nc");
    const pod = at(scraper.get("StatefulSet", "data/memcached"), "spec.template.spec");
    const container = at(pod, "containers.0");
    const result = runInSandbox({
      plan: scraper,
      namespace: "data",
      pod,
      container: "memcached",
      script: `set -eu
${WITNESS}
${(at(container, "args") as readonly string[]).map(quoted).join(" ")} &
for attempt in $(seq 50); do ${(at(container, "readinessProbe.exec.command") as readonly string[]).map(quoted).join(" ")} && break; sleep 0.1; done
printf 'stats settings\\r\\nquit\\r\\n' | nc -w 3 127.0.0.1 11211 | grep maxbytes
kill %1
`,
    });
    sound(result);
    expect(result.output).to.contain(`maxbytes ${819 * 2 ** 20}`);
  });
});
