import { expect } from "chai";
import { unwrap } from "../../engine/wire";
import { at, named, planGcp } from "./gcpPlan";

const FILE = "/etc/groundplan/authorities/redis.crt";

describe("the authority of a Redis on Google Cloud", function () {
  this.timeout(120_000);

  it("is in a file every client has, and named to Python by the URL and to Node.js by a variable", async () => {
    const { plan, raw } = await planGcp("simulate");
    const pod = at(named(plan, "main-worker-deployment").inputs, "spec.template.spec");
    const [container] = at(pod, "containers") as readonly Record<string, unknown>[];
    const volumes = at(pod, "volumes") as readonly { name: string }[];
    expect(volumes.find(({ name }) => name === "authorities")).to.deep.equal({
      name: "authorities",
      projected: {
        sources: [
          { secret: { name: "worker-authorities-external", items: [{ key: "redis.crt", path: "redis.crt" }] } },
        ],
        defaultMode: 0o444,
      },
    });
    const mounts = container?.volumeMounts as readonly { name: string }[];
    expect(mounts.find(({ name }) => name === "authorities")).to.deep.equal({
      name: "authorities",
      mountPath: "/etc/groundplan/authorities",
      readOnly: true,
    });
    expect(container?.env).to.deep.include({ name: "NODE_EXTRA_CA_CERTS", value: FILE });
    const [entry] = at(named(plan, "main-worker-authorities-external").inputs, "spec.data") as readonly unknown[];
    expect(at(entry, "remoteRef.property")).to.equal("ca");
    const secret = raw.find(({ name }) => name === "main-redis-secret-version");
    const written = JSON.parse(String(unwrap(secret?.inputs.secretData ?? null))) as Record<string, string>;
    expect(written.url).to.match(/^rediss:\/\/:[^@]+@[\d.]+:6378\/0\?/);
    expect(new URL(written.url ?? "").search).to.equal(`?ssl_cert_reqs=required&ssl_ca_certs=${FILE}`);
    expect(written.ca).to.be.a("string").that.is.not.empty;
  });
});
