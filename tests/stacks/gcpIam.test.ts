import { expect } from "chai";
import type { Plan, PlanResource } from "../../engine";
import { at, PROJECT, planGcp, planVibebox } from "./gcpPlan";

/** Who may do what on which resource, without what a simulation makes up. */
interface Entry {
  readonly who: string;
  readonly role: string;
  readonly on: string;
}

/** The dump writes to its bucket, and its restore test reads there. */
const BACKUPS = ["backup-daily storage.objectUser backups", "restore-daily storage.objectViewer backups"];
/** Who keeps the hours of a placement that sleeps. */
const SLEEP = ["sleep main-schedule-role", "sleep workflows.invoker"];

const GRANT = /IAMMember$|IamMember$/;

function entryOf({ inputs }: PlanResource): Entry {
  const on =
    inputs.bucket ?? inputs.secretId ?? inputs.cryptoKeyId ?? inputs.topic ?? (inputs.project ? "project" : "nothing");
  return { who: whoOf(String(inputs.member)), role: String(inputs.role).replace("roles/", ""), on: String(on) };
}

function whoOf(member: string): string {
  const pod = /subject\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(member);
  return pod
    ? `${pod[1]}/${pod[2]}`
    : member.replace(/^serviceAccount:(service-\d+@)?|\.iam\.gserviceaccount\.com$/g, "");
}

function grantsOf(plan: Plan): readonly Entry[] {
  return plan.resources.filter(({ type }) => GRANT.test(type)).map(entryOf);
}

describe("who may do what in Google Cloud", function () {
  this.timeout(120_000);
  let scraper: Plan;
  let vibebox: Plan;
  before(async () => {
    scraper = (await planGcp("simulate")).plan;
    vibebox = (await planVibebox("simulate")).plan;
  });

  it("lets a service use a bucket only where an edge says so, with the edge's access", () => {
    const roles: Readonly<Record<string, string>> = {
      read: "storage.objectViewer",
      write: "storage.objectUser",
      admin: "storage.objectAdmin",
    };
    for (const plan of [scraper, vibebox]) {
      const buckets = plan.resources.filter(({ type }) => type === "gcp:storage/bucket:Bucket");
      const names = new Map(
        buckets.map(({ name, inputs }) => [String(inputs.name), name.replace(/^main-|-bucket$/g, "")]),
      );
      const granted = grantsOf(plan)
        .filter(({ role, who }) => role.startsWith("storage.") && !who.startsWith("group:"))
        .map(({ who, role, on }) => `${who.split("/")[1]} ${role} ${names.get(on)}`);
      const edges = plan.edges
        .filter(({ to }) => [...names.values()].includes(to))
        .map(({ from, to, access }) => `${from} ${roles[String(access)]} ${to}`);
      expect(granted).to.have.members([...edges, ...BACKUPS]);
    }
  });

  it("lets one identity read secrets: the controller that brings them into the cluster", () => {
    for (const plan of [scraper, vibebox]) {
      const readers = grantsOf(plan).filter(({ role }) => role.startsWith("secretmanager."));
      expect([...new Set(readers.map(({ who, role }) => `${who} ${role}`))]).to.deep.equal([
        "external-secrets/external-secrets secretmanager.secretAccessor",
      ]);
      const secrets = plan.resources.filter(({ type }) => type === "gcp:secretmanager/secret:Secret");
      expect(readers).to.have.length(secrets.length);
    }
  });

  it("gives the whole project away to nobody but the nodes, in one role, and who puts them to sleep, in two", () => {
    for (const plan of [scraper, vibebox]) {
      const wide = grantsOf(plan).filter(({ on }) => on === "project");
      expect(wide.map(({ who, role }) => `${who.split("-")[0]} ${role.replace(/-[0-9a-f]{7}$/, "")}`)).to.have.members([
        "nodes container.defaultNodeServiceAccount",
        ...(plan === scraper ? SLEEP : []),
      ]);
      for (const { who } of wide) expect(who).to.match(new RegExp(`^(nodes|sleep)-[\\w-]+@${PROJECT}$`));
    }
  });

  it("makes no account for a service, no key for any account, and grants nothing to everybody", () => {
    for (const plan of [scraper, vibebox]) {
      const types = plan.resources.map(({ type }) => type);
      const accounts = plan === scraper ? 2 : 1;
      expect(types.filter((type) => type === "gcp:serviceaccount/account:Account")).to.have.length(accounts);
      expect(types.filter((type) => /serviceaccount\/key/.test(type))).to.deep.equal([]);
      for (const { who } of grantsOf(plan)) expect(who).not.to.match(/allUsers|allAuthenticatedUsers/);
      expect(types.filter((type) => /IAM(Binding|Policy)$|Iam(Binding|Policy)$/.test(type))).to.deep.equal([]);
    }
  });

  it("lets the pods of a service with an identity reach the metadata server, and no others", () => {
    const policies = scraper.resources.filter(({ name }) => name.endsWith("-metadata"));
    expect(policies.map(({ inputs }) => at(inputs, "spec.podSelector.matchLabels"))).to.deep.equal(
      ["api", "backup-daily", "restore-daily"].map((name) => ({
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/instance": "doc-scraper",
      })),
    );
  });

  it("keeps every secret value out of the plan", async () => {
    const { raw } = await planGcp("simulate");
    const passwords = raw
      .filter(({ type }) => type === "gcp:secretmanager/secretVersion:SecretVersion")
      .map(({ inputs }) => inputs.secretData);
    expect(passwords.length).to.be.greaterThan(3);
    for (const { type, inputs } of scraper.resources) {
      if (type === "gcp:secretmanager/secretVersion:SecretVersion") {
        expect(inputs.secretData).to.deep.include({ $: "secret" });
      }
    }
  });
});
