import { expect } from "chai";
import type { RecordedResource } from "../../engine";
import { componentFiles } from "../../engine/render/componentFiles";
import { makeSecret, UNKNOWN, type Wire } from "../../engine/wire";

function component(name: string, files: Wire, custom = false): RecordedResource {
  return {
    urn: `urn:pulumi:test::groundplan::groundplan:host:Host::${name}`,
    type: "groundplan:host:Host",
    name,
    custom,
    parent: undefined,
    provider: undefined,
    inputs: {},
    dependencies: [],
    propertyDependencies: {},
    options: {} as RecordedResource["options"],
    id: "",
    outputs: { files },
  };
}

const run = (...resources: readonly RecordedResource[]) => ({ resources });

describe("rendered component files", () => {
  it("are written as the component registered them", () => {
    const files = { "host/compose.yaml": "name: app\n", "host/nginx.conf": "events {}\n" };
    expect(componentFiles(run(component("main-host", files)))).to.deep.equal(files);
  });

  it("come apart by owner where there are several", () => {
    const files = { "host/compose.yaml": "name: app\n" };
    expect(Object.keys(componentFiles(run(component("us", files), component("eu", files))))).to.deep.equal([
      "us/host/compose.yaml",
      "eu/host/compose.yaml",
    ]);
  });

  it("say that names are simulated where a preview does not know them, below a directive", () => {
    const simulated = run(component("host", { "a.yaml": "#cloud-config\npackages: []\n", "b.conf": "events {}\n" }));
    expect(componentFiles(simulated, run(component("host", UNKNOWN)))).to.deep.equal({
      "a.yaml": "#cloud-config\n# Names known once deployed are simulated here.\npackages: []\n",
      "b.conf": "# Names known once deployed are simulated here.\nevents {}\n",
    });
  });

  it("leave out secrets, paths that lead elsewhere, and the outputs of resources that are no components", () => {
    const files = { secret: makeSecret("hidden"), "../outside": "x", "/etc/passwd": "x", inside: "y" };
    expect(componentFiles(run(component("host", files)))).to.deep.equal({ inside: "y" });
    expect(componentFiles(run(component("bucket", { inside: "y" }, true)))).to.deep.equal({});
  });
});
