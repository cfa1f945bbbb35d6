import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import {
  GetMappingRequest,
  ProviderHandshakeRequest,
  type ProviderHandshakeResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { expect } from "chai";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { makeSecret, UNKNOWN, unwrap, type WireObject } from "../../../engine/wire";
import { failure, Plugin, type PluginSettings } from "./client";

const BUCKET = "urn:pulumi:dev::shop::aws:s3/bucket:Bucket::files";
const DATABASE = "urn:pulumi:dev::shop::groundplan:data:Postgres$aws:rds/instance:Instance::main-db";
const ROLE = "urn:pulumi:dev::shop::aws:iam/role:Role::app";
const SECRET = "urn:pulumi:dev::shop::kubernetes:core/v1:Secret::login";
const DEPLOYMENT = "urn:pulumi:dev::shop::kubernetes:apps/v1:Deployment::web";
const PASSWORD = "urn:pulumi:dev::shop::random:index/randomPassword:RandomPassword::password";

describe("engine: sandbox provider", () => {
  const plugins: Plugin[] = [];
  const start = (settings: PluginSettings) => {
    const plugin = new Plugin(settings);
    plugins.push(plugin);
    return plugin.start();
  };
  afterEach(() => {
    for (const plugin of plugins.splice(0)) {
      plugin.stop();
    }
  });

  it("takes secrets, and says which version it stands in for", async () => {
    const aws = await start({ package: "aws" });
    const handshake = await aws.call<ProviderHandshakeResponse>("handshake", new ProviderHandshakeRequest());
    const info = await aws.call<PluginInfo>("getPluginInfo", new Empty());
    expect([handshake.getAcceptSecrets(), info.getVersion()]).to.deep.equal([true, "1.2.3"]);
    expect(await failure(aws.call("getMapping", new GetMappingRequest()))).to.deep.equal({
      code: status.UNIMPLEMENTED,
      message: "no getMapping in the sandbox",
    });
  });

  it("makes an object, reads it back, changes it and takes it away", async () => {
    const aws = await start({ package: "aws", config: { region: "eu-west-1" } });
    const inputs = { bucket: "files-of-shop", tags: { a: "b" } };
    expect(await aws.check(BUCKET, inputs)).to.deep.equal(inputs);

    const made = await aws.create(BUCKET, inputs);
    expect(made.id).to.equal("files-of-shop");
    expect(made.outputs).to.include({
      arn: "arn:aws:s3:::files-of-shop",
      bucket: "files-of-shop",
      bucketRegionalDomainName: "files-of-shop.s3.eu-west-1.amazonaws.com",
      region: "eu-west-1",
    });
    expect(await aws.read(BUCKET, made.id, made.outputs, inputs)).to.deep.equal({ ...made, inputs });

    const news = { ...inputs, tags: { a: "c" } };
    const updated = await aws.update(BUCKET, made.id, made.outputs, news);
    expect(updated).to.deep.equal({ ...made.outputs, tags: { a: "c" }, tagsAll: { a: "c" } });
    expect((await aws.read(BUCKET, made.id, made.outputs, inputs)).outputs).to.deep.equal(updated);

    await aws.delete(BUCKET, made.id, updated, news);
    expect(await aws.read(BUCKET, made.id, updated, news)).to.deep.equal({ id: "", outputs: {}, inputs: {} });
    expect(aws.store.list()).to.deep.equal([]);
    // What is gone already is no failure.
    await aws.delete(BUCKET, made.id, updated, news);
  });

  it("gives the inputs of an import, which knows the id alone", async () => {
    const aws = await start({ package: "aws", config: { region: "eu-west-1" } });
    const inputs = { name: "app", assumeRolePolicy: "{}" };
    const { id, outputs } = await aws.create(ROLE, inputs);
    expect(await aws.read(ROLE, id)).to.deep.equal({ id: "app", outputs, inputs });
  });

  it("has what was there before: an id that nobody made, until a stack says that it knew it", async () => {
    const kubernetes = await start({ package: "kubernetes", config: { context: "one" } });
    const CLASS = "urn:pulumi:dev::shop::kubernetes:networking.k8s.io/v1:IngressClass::existing";
    const inputs = { metadata: { name: "traefik" } };
    const found = await kubernetes.read(CLASS, "traefik", { apiVersion: "networking.k8s.io/v1", kind: "IngressClass" });
    expect([found.id, found.inputs]).to.deep.equal(["traefik", inputs]);
    expect((found.outputs.metadata as WireObject).name).to.equal("traefik");
    expect(await kubernetes.read(CLASS, "traefik", found.outputs, inputs)).to.deep.equal(found);
    expect(kubernetes.store.list()).to.deep.equal([]);
    // It is in the way of whoever would make it.
    expect((await failure(kubernetes.create(CLASS, inputs))).code).to.equal(status.ALREADY_EXISTS);
    expect((await kubernetes.read(CLASS, "nginx", { metadata: { name: "nginx" } }, inputs)).id).to.equal("");

    const aws = await start({ package: "aws", config: { region: "eu-west-1" } });
    expect((await aws.read(ROLE, "other")).id).to.equal("other");
  });

  it("keeps objects for the next process, apart for each account, region and cluster", async () => {
    const first = await start({ package: "aws", config: { region: "eu-west-1" } });
    const { id, outputs } = await first.create(DATABASE, { identifier: "main", engine: "postgres" });
    const shared = { package: "aws", directory: first.directory };
    const again = await start({ ...shared, config: { region: "eu-west-1" } });
    const elsewhere = await start({ ...shared, config: { region: "us-east-1" } });
    expect((await again.read(DATABASE, id)).outputs).to.deep.equal(outputs);
    expect((await elsewhere.read(DATABASE, id, outputs, { engine: "postgres" })).id).to.equal("");

    // A role belongs to the account, wherever the provider works.
    const role = await first.create(ROLE, { name: "app" });
    expect((await elsewhere.read(ROLE, role.id)).outputs).to.deep.equal(role.outputs);
    expect(await failure(elsewhere.create(ROLE, { name: "app" }))).to.deep.equal({
      code: status.ALREADY_EXISTS,
      message: 'aws:iam/role:Role "app" exists already',
    });

    const one = await start({ package: "kubernetes", directory: first.directory, config: { context: "one" } });
    const two = await start({ package: "kubernetes", directory: first.directory, config: { context: "two" } });
    const metadata = { name: "web", namespace: "shop" };
    const web = await one.create(DEPLOYMENT, { metadata });
    expect(web.id).to.equal("shop/web");
    expect((await two.read(DEPLOYMENT, web.id, web.outputs, { metadata })).id).to.equal("");
    expect((await two.create(DEPLOYMENT, { metadata })).id).to.equal("shop/web");
  });

  it("gives an object made again for the same resource another id and other values", async () => {
    const aws = await start({ package: "aws" });
    const first = await aws.create(DATABASE, { engine: "postgres" });
    const second = await aws.create(DATABASE, { engine: "postgres" });
    expect(first.id).to.match(/^db-[0-9a-f]{17}$/);
    expect(second.id).to.match(/^db-[0-9a-f]{17}$/);
    expect(second.id).to.not.equal(first.id);
    expect(second.outputs.address).to.not.equal(first.outputs.address);
    expect(aws.store.list().map(({ urn }) => urn)).to.deep.equal([DATABASE, DATABASE]);

    const random = await start({ package: "random" });
    const passwords = [await random.create(PASSWORD, { length: 20 }), await random.create(PASSWORD, { length: 20 })];
    const results = passwords.map(({ outputs }) => unwrap(outputs.result ?? null));
    expect(results.map((result) => String(result).length)).to.deep.equal([20, 20]);
    expect(results[0]).to.not.equal(results[1]);
  });

  it("knows nothing computed before it is made, and keeps what a change leaves alone", async () => {
    const aws = await start({ package: "aws", config: { region: "eu-west-1" } });
    const inputs = { engine: "postgres", instanceClass: "db.t4g.micro" };
    const preview = await aws.create(DATABASE, inputs, true);
    expect(preview.id).to.equal("");
    expect(preview.outputs).to.include({
      ...inputs,
      arn: UNKNOWN,
      address: UNKNOWN,
      port: UNKNOWN,
      identifier: UNKNOWN,
    });
    expect(aws.store.list()).to.deep.equal([]);

    const made = await aws.create(DATABASE, inputs);
    const news = { ...inputs, instanceClass: "db.t4g.large", tags: { a: UNKNOWN } };
    const change = await aws.update(DATABASE, made.id, made.outputs, news, true);
    expect(change).to.deep.equal({ ...made.outputs, ...news, tagsAll: UNKNOWN });
    expect((await aws.read(DATABASE, made.id)).inputs).to.deep.equal(inputs);
  });

  it("tells updates from replacements", async () => {
    const aws = await start({
      package: "aws",
      config: { region: "eu-west-1" },
      replacesOn: (type, path) => type === "aws:rds/instance:Instance" && path === "storageEncrypted",
    });
    const inputs = { identifier: "main", engine: "postgres", storageEncrypted: true, tags: { "a/b": "c" } };
    const { id, outputs } = await aws.create(DATABASE, inputs);
    const diff = (news: WireObject) => aws.diff(DATABASE, id, outputs, inputs, news);

    expect(await diff(inputs)).to.deep.equal({ changes: {}, replaces: [], deleteBeforeReplace: false });
    expect(await diff({ ...inputs, tags: { "a/b": "d", e: "f" }, port: 5433 })).to.deep.equal({
      changes: { 'tags["a/b"]': "UPDATE", "tags.e": "ADD", port: "ADD" },
      replaces: [],
      deleteBeforeReplace: false,
    });
    // The id of a database instance is AWS's own, so old and new exist beside each other.
    expect(await diff({ ...inputs, storageEncrypted: false })).to.deep.equal({
      changes: { storageEncrypted: "UPDATE_REPLACE" },
      replaces: ["storageEncrypted"],
      deleteBeforeReplace: false,
    });

    const role = await aws.create(ROLE, { name: "app" });
    expect(await aws.diff(ROLE, role.id, role.outputs, { name: "app" }, { name: "api" })).to.deep.equal({
      changes: { name: "UPDATE_REPLACE" },
      replaces: ["name"],
      deleteBeforeReplace: false,
    });
  });

  it("promotes a copy in place: what it has of its source it may be given by name", async () => {
    const aws = await start({ package: "aws", replacesOn: (_, path) => path === "username" });
    const own = { engine: "postgres", engineVersion: "15", dbName: "shop", username: "admin", allocatedStorage: 100 };
    const source = await aws.create(DATABASE, { identifier: "db", ...own });
    const COPY = `${DATABASE}-copy`;
    const copying = { identifier: "copy", replicateSourceDb: String(source.outputs.arn) };
    const copy = await aws.create(COPY, copying);
    expect(copy.outputs).to.include(own);
    const tagged = { ...copying, tags: { a: "b" } };
    const outputs = await aws.update(COPY, copy.id, copy.outputs, tagged);
    expect(outputs).to.include(own);
    const promotion = await aws.diff(COPY, copy.id, outputs, tagged, { identifier: "copy", tags: { a: "b" }, ...own });
    expect(promotion).to.deep.include({ changes: { replicateSourceDb: "DELETE" }, replaces: [] });
    const other = await aws.diff(COPY, copy.id, outputs, tagged, { ...tagged, username: "somebody" });
    expect(other).to.deep.include({ changes: { username: "ADD_REPLACE" }, replaces: ["username"] });
  });

  it("replaces what has a name of its own only once the old one is gone", async () => {
    const kubernetes = await start({
      package: "kubernetes",
      replacesOn: (_, path) => path.startsWith("spec.selector"),
    });
    const inputs = (app: string) => ({ metadata: { name: "web", namespace: "shop" }, spec: { selector: { app } } });
    const { id, outputs } = await kubernetes.create(DEPLOYMENT, inputs("a"));
    expect(await kubernetes.diff(DEPLOYMENT, id, outputs, inputs("a"), inputs("b"))).to.deep.equal({
      changes: { "spec.selector.app": "UPDATE_REPLACE" },
      replaces: ["spec"],
      deleteBeforeReplace: true,
    });
  });

  it("sees that a provider's default tags changed", async () => {
    const first = await start({ package: "aws", config: { defaultTags: '{"tags":{"owner":"a"}}' } });
    const { id, outputs } = await first.create(ROLE, { name: "app" });
    const second = await start({
      package: "aws",
      directory: first.directory,
      config: { defaultTags: '{"tags":{"owner":"b"}}' },
    });
    expect((await second.diff(ROLE, id, outputs, { name: "app" }, { name: "app" })).changes).to.deep.equal({
      tagsAll: "UPDATE",
    });
    expect((await second.update(ROLE, id, outputs, { name: "app" })).tagsAll).to.deep.equal({ owner: "b" });
  });

  it("replaces a Kubernetes provider only where it would talk to another cluster", async () => {
    const kubernetes = await start({ package: "kubernetes" });
    const config = (server: string, token: string) => ({
      kubeconfig: makeSecret(JSON.stringify({ clusters: [{ cluster: { server } }], users: [{ token }] })),
    });
    expect(await kubernetes.diffConfig(config("https://a", "1"), config("https://a", "2"))).to.deep.equal({
      changes: { kubeconfig: "UPDATE" },
      replaces: [],
      deleteBeforeReplace: false,
    });
    expect((await kubernetes.diffConfig(config("https://a", "1"), config("https://b", "1"))).replaces).to.deep.equal([
      "kubeconfig",
    ]);
    expect((await kubernetes.diffConfig({ context: "a" }, { context: "b" })).replaces).to.deep.equal(["context"]);
    // Whoever says which cluster it is may change the way to it.
    const identified = (server: string) => ({ ...config(server, "1"), clusterIdentifier: "shop" });
    expect((await kubernetes.diffConfig(identified("https://a"), identified("https://b"))).replaces).to.deep.equal([]);
  });

  it("takes along what is in a cluster that goes", async () => {
    const aws = await start({ package: "aws" });
    const CLUSTER = "urn:pulumi:dev::shop::aws:eks/cluster:Cluster::shop";
    const cluster = await aws.create(CLUSTER, { name: "shop-one" });
    const kubeconfig = JSON.stringify({ clusters: [{ cluster: { server: cluster.outputs.endpoint ?? "" } }] });
    const configs: Readonly<Record<string, WireObject>> = {
      identified: { clusterIdentifier: "shop-one" },
      reached: { kubeconfig },
      other: { context: "shop-one-more" },
    };
    for (const [name, config] of Object.entries(configs)) {
      const kubernetes = await start({ package: "kubernetes", directory: aws.directory, config });
      await kubernetes.create(DEPLOYMENT, { metadata: { name } });
    }
    await aws.delete(CLUSTER, cluster.id, cluster.outputs, { name: "shop-one" });
    expect(aws.store.list().map(({ id }) => id)).to.deep.equal(["default/other"]);
  });

  it("keeps secrets secret: in what it answers, and on disk", async () => {
    const kubernetes = await start({ package: "kubernetes" });
    const inputs = { metadata: { name: "login" }, stringData: { password: makeSecret("hunter2-correct-horse") } };
    const { id, outputs } = await kubernetes.create(SECRET, inputs);
    const encoded = Buffer.from("hunter2-correct-horse").toString("base64");
    expect(outputs.data).to.deep.equal(makeSecret({ password: encoded }));
    expect(outputs.stringData).to.deep.equal(makeSecret({ password: makeSecret("hunter2-correct-horse") }));
    expect((await kubernetes.read(SECRET, id, outputs, inputs)).inputs).to.deep.equal(inputs);

    const random = await start({ package: "random" });
    const { result } = (await random.create(PASSWORD, { length: 20 })).outputs;
    expect(result).to.deep.equal(makeSecret(unwrap(result ?? null)));

    const folder = join(kubernetes.directory, "cloud");
    const written = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
    expect(written).to.have.lengthOf(1);
    expect(written.join("")).to.not.match(new RegExp(`hunter2|${encoded}`));
  });

  it("answers functions in its provider's region, and refuses those it does not know", async () => {
    const aws = await start({ package: "aws", config: { region: "eu-west-1" } });
    expect((await aws.invoke("aws:index/getRegion:getRegion", {})).region).to.equal("eu-west-1");
    expect(await failure(aws.invoke("aws:rds/getInstance:getInstance", {}))).to.deep.equal({
      code: status.UNIMPLEMENTED,
      message: "the sandbox does not answer the function aws:rds/getInstance:getInstance",
    });
  });
});
