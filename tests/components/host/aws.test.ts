import { expect } from "chai";
import { redundancyOf } from "../../../components/context";
import { Host } from "../../../components/host/aws";
import { HostNetwork } from "../../../components/host/aws/network";
import { HostSecrets } from "../../../components/host/aws/secrets";
import { awsCron } from "../../../components/host/aws/sleep";
import { storeSecrets } from "../../../components/host/environment";
import { Keys } from "../../../components/secrets/keys/aws";
import { runProgram } from "../../../engine";
import { openHost } from "../../../stacks/host";
import { docScraper } from "../../../systems/docScraper";
import { describeHost } from "./support";

const context = {
  system: "doc-scraper",
  environment: "staging",
  model: "standalone",
  placement: "main",
  cloud: "aws",
  region: "us-east-1",
  role: "primary",
  tags: { system: "doc-scraper" },
  redundancy: redundancyOf("staging"),
} as const;

describe("host on aws", function () {
  this.timeout(60_000);

  it("passes the instance and the data volume through their transforms", async () => {
    const description = describeHost(docScraper, "standalone");
    const { resources } = await runProgram({
      program: async () => {
        const keys = new Keys("main-keys", { context });
        const network = new HostNetwork("main-network", { context, cidrIndex: 0, logsKeyArn: keys.arn("logs") });
        const own = storeSecrets(description.system);
        const secrets = new HostSecrets("main-secrets", { context, own, secrets: {}, values: {}, keys });
        new Host("main-host", {
          context,
          description,
          network,
          keys,
          secrets,
          buckets: {},
          transform: {
            instance: (args) => ({ ...args, instanceType: "t3.large" }),
            data: (args) => ({ ...args, iops: 6000 }),
          },
        });
        return {};
      },
      project: "groundplan",
      stack: "test",
      config: { "aws:region": "us-east-1" },
      secretKeys: [],
      mode: "simulate",
    });
    const inputsOf = (name: string) => resources.find((resource) => resource.name === name)?.inputs;
    expect(inputsOf("main-host-instance")?.instanceType).to.equal("t3.large");
    expect(inputsOf("main-host-data")?.iops).to.equal(6000);
  });

  it("writes schedules in EventBridge's words, one for each kind of day", () => {
    expect(awsCron("0 19 * * 1-5")).to.deep.equal(["cron(0 19 ? * MON,TUE,WED,THU,FRI *)"]);
    expect(awsCron("*/30 6 * * *")).to.deep.equal(["cron(0,30 6 * * ? *)"]);
    expect(awsCron("0 0 1 * 0")).to.deep.equal(["cron(0 0 1 * ? *)", "cron(0 0 ? * SUN *)"]);
  });

  it("refuses a cloud without hosts, naming those that have them", () => {
    const placementSettings = { cloud: "elsewhere" };
    const request = {
      system: { model: "standalone" },
      settings: { placements: [placementSettings] },
      placementSettings,
    };
    expect(() => openHost(request as never)).to.throw(
      /groundplan:placements\[0\]\.cloud[\s\S]*aws or .*kubernetes for the model standalone|aws or kubernetes/,
    );
  });
});
