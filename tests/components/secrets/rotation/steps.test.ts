import { expect } from "chai";
import { Bench, FakeCache, failureOf, STEPS, secretArn } from "./fakes";

const TOKEN = "AbcdefghijKlmnopqrst0123456789";
const KEY = secretArn("session-key");
const CACHE = secretArn("cache");

function values(value = TOKEN): Bench & { readonly first: string } {
  const bench = new Bench({ kind: "value" });
  return Object.assign(bench, { first: bench.secrets.add(KEY, value) });
}

/** Labels that were moved, as Secrets Manager was asked. */
const moves = (bench: Bench) =>
  bench.calls.filter(({ operation }) => operation === "updateSecretVersionStage").map(({ input }) => input);

function caches(): Bench {
  const bench = new Bench({ kind: "redis", host: "cache.example.com", port: 6379, group: "shop-cache" });
  const url = `rediss://:${TOKEN}@cache.example.com:6379/0?ssl_cert_reqs=required`;
  bench.secrets.add(CACHE, JSON.stringify({ url, host: "cache.example.com", port: "6379", password: TOKEN }));
  bench.cache = new FakeCache(TOKEN);
  return bench;
}

describe("steps of a rotation", () => {
  it("make a value as long as the former, of letters and digits, and move the label", async () => {
    const bench = values();
    const token = await bench.turn(KEY);
    const value = bench.secrets.value(KEY, "AWSCURRENT");
    expect(value)
      .to.match(/^[A-Za-z0-9]{30}$/)
      .and.not.equal(TOKEN);
    expect(bench.secrets.stages(KEY, token)).to.deep.equal(["AWSCURRENT"]);
    expect(bench.said.map((line) => (line as { step: string }).step)).to.deep.equal(STEPS);
  });

  it("call Secrets Manager with the version they work on", async () => {
    const bench = values();
    const token = await bench.turn(KEY);
    const put = bench.calls.find(({ operation }) => operation === "putSecretValue");
    expect(put?.input).to.deep.equal({
      SecretId: KEY,
      ClientRequestToken: token,
      SecretString: bench.secrets.value(KEY, "AWSCURRENT"),
      VersionStages: ["AWSPENDING"],
    });
    expect(moves(bench)).to.deep.equal([
      { SecretId: KEY, VersionStage: "AWSCURRENT", MoveToVersionId: token, RemoveFromVersionId: bench.first },
      { SecretId: KEY, VersionStage: "AWSPENDING", RemoveFromVersionId: token },
    ]);
  });

  it("never make a value too short to be one", async () => {
    const bench = values("abc");
    await bench.turn(KEY);
    expect(bench.secrets.value(KEY, "AWSCURRENT")).to.have.length(16);
  });

  it("do nothing once their version is the current one", async () => {
    const bench = values();
    const token = await bench.turn(KEY);
    const value = bench.secrets.value(KEY, "AWSCURRENT");
    for (const step of STEPS) {
      await bench.step(step, KEY, token);
    }
    expect(bench.secrets.value(KEY, "AWSCURRENT")).to.equal(value);
    expect(bench.calls.filter(({ operation }) => operation === "putSecretValue")).to.have.length(1);
    expect(moves(bench)).to.have.length(2);
  });

  it("only find out whether a rotation could be done, where there is nothing new to test", async () => {
    const bench = caches();
    const token = bench.secrets.begin(CACHE);
    await bench.step("testSecret", CACHE, token);
    expect(bench.said).to.have.length(1);
    expect((bench.said[0] as { message: string }).message).to.match(/^nothing new to test/);
    bench.cache = new FakeCache("another");
    expect(await failureOf(bench.step("testSecret", CACHE, token))).to.match(/refuses the current token/);
  });

  const mistakes: readonly (readonly [string, string, (bench: Bench) => string, RegExp])[] = [
    ["a step there is not", "deleteSecret", (bench) => bench.secrets.begin(KEY), /nothing to do for step deleteSecret/],
    ["a version there is not", "setSecret", () => "none", /it has no version none/],
    ["a next value there is not", "setSecret", (bench) => bench.secrets.begin(KEY), /createSecret has not run/],
    ["a version to finish there is not", "finishSecret", () => "none", /it has no version none/],
  ];
  for (const [what, step, token, message] of mistakes) {
    it(`refuse ${what}`, async () => {
      const bench = values();
      const before = bench.secrets.value(KEY, "AWSCURRENT");
      expect(await failureOf(bench.step(step, KEY, token(bench)))).to.match(message);
      expect(bench.secrets.value(KEY, "AWSCURRENT")).to.equal(before);
    });
  }

  it("refuse a secret that is not there, and one of a version that neither is current nor next", async () => {
    const bench = values();
    expect(await failureOf(bench.step("createSecret", secretArn("other"), "x"))).to.match(/no secret/);
    const former = Object.keys(
      (bench.secrets.answer("describeSecret", { SecretId: KEY }) as { VersionIdsToStages: object }).VersionIdsToStages,
    )[0];
    await bench.turn(KEY);
    expect(await failureOf(bench.step("createSecret", KEY, String(former)))).to.match(/is not the one to rotate to/);
  });
});

describe("what the stack wrote", () => {
  const kept = (bench: Bench, token: string) => bench.secrets.stages(KEY, token);

  it("gets a label before it loses its last, which keeps it however often the secret turns", async () => {
    const bench = new Bench({ kind: "value" });
    const written = bench.secrets.write(KEY, TOKEN);
    const token = await bench.turn(KEY);
    expect(moves(bench)).to.deep.equal([
      { SecretId: KEY, VersionStage: "groundplan-initial", MoveToVersionId: written },
      { SecretId: KEY, VersionStage: "AWSCURRENT", MoveToVersionId: token, RemoveFromVersionId: written },
      { SecretId: KEY, VersionStage: "AWSPENDING", RemoveFromVersionId: token },
    ]);
    expect(kept(bench, written)).to.deep.equal(["AWSPREVIOUS", "groundplan-initial"]);
    await bench.turn(KEY);
    await bench.turn(KEY);
    expect(kept(bench, written)).to.deep.equal(["groundplan-initial"]);
    expect(bench.secrets.value(KEY, "groundplan-initial")).to.equal(TOKEN);
  });

  it("is current at once when it is written anew, and takes the label over with the next rotation", async () => {
    const bench = new Bench({ kind: "value" });
    const first = bench.secrets.write(KEY, TOKEN);
    await bench.turn(KEY);
    const second = bench.secrets.write(KEY, "written anew, and longer than sixteen");
    expect(kept(bench, second)).to.deep.equal(["AWSCURRENT"]);
    bench.calls.splice(0);
    const token = await bench.turn(KEY);
    expect(moves(bench)[0]).to.deep.equal({
      SecretId: KEY,
      VersionStage: "groundplan-initial",
      MoveToVersionId: second,
      RemoveFromVersionId: first,
    });
    expect(kept(bench, second)).to.deep.equal(["AWSPREVIOUS", "groundplan-initial"]);
    expect(kept(bench, first)).to.deep.equal([]);
    expect(kept(bench, token)).to.deep.equal(["AWSCURRENT"]);
  });

  it("is all that gets it: what a rotation or a person put in goes as Secrets Manager lets it", async () => {
    const bench = values();
    await bench.turn(KEY);
    await bench.turn(KEY);
    expect(bench.secrets.value(KEY, "groundplan-initial")).to.equal(undefined);
  });
});

describe("a next value that waits", () => {
  it("is gone once it is the current one, and in nobody's way when the stack writes", async () => {
    const bench = caches();
    const rotated = await bench.turn(CACHE);
    bench.secrets.write(CACHE, JSON.stringify({ ...bench.secrets.fields(CACHE), host: "other.example.com" }));
    const token = bench.secrets.begin(CACHE);
    expect(token).to.not.equal(rotated);
    await bench.turn(CACHE, token);
    expect(bench.secrets.fields(CACHE).host).to.equal("other.example.com");
    expect(bench.secrets.value(CACHE, "AWSPENDING")).to.equal(undefined);
  });

  it("is let go of where the stack has replaced what it was made of, and the next one is made anew", async () => {
    const bench = caches();
    const token = bench.secrets.begin(CACHE);
    await bench.step("createSecret", CACHE, token);
    const written = { ...bench.secrets.fields(CACHE), host: "other.example.com" };
    bench.secrets.write(CACHE, JSON.stringify(written));
    expect(() => bench.secrets.begin(CACHE)).to.throw(/A previous rotation isn't complete/);
    expect(await failureOf(bench.step("setSecret", CACHE, token))).to.equal(
      `setSecret of ${CACHE}: the next value is of an older current one: the next rotation makes another`,
    );
    expect(bench.cache?.tokens).to.deep.equal([TOKEN]);
    expect(bench.secrets.stages(CACHE, token)).to.deep.equal([]);
    expect(bench.secrets.fields(CACHE)).to.deep.equal(written);
    await bench.turn(CACHE);
    expect(bench.secrets.fields(CACHE)).to.include({ host: "other.example.com" });
    expect(bench.secrets.fields(CACHE).password).to.not.equal(TOKEN);
  });

  it("is let go of where another has the user it is for", async () => {
    const bench = new Bench({ kind: "postgres", alternate: "_alternate", administrator: "another" });
    const value = (user: string) => JSON.stringify({ user, password: TOKEN });
    bench.secrets.write(KEY, value("api_alternate"));
    const token = bench.secrets.begin(KEY);
    await bench.step("createSecret", KEY, token);
    expect(bench.secrets.fields(KEY, "AWSPENDING").user).to.equal("api");
    bench.secrets.write(KEY, value("api"));
    expect(await failureOf(bench.step("setSecret", KEY, token))).to.match(/is of an older current one/);
    expect(bench.secrets.stages(KEY, token)).to.deep.equal([]);
  });

  it("is let go of where none can be made, so that a rotation can be configured again; a retry goes on", async () => {
    const [lead, here] = [secretArn("key", "us-east-1"), secretArn("key")];
    const bench = new Bench({ kind: "copy", sources: [{ secret: here, source: lead }] });
    bench.secrets.write(here, TOKEN);
    const token = bench.secrets.begin(here);
    expect(await failureOf(bench.step("createSecret", here, token))).to.match(/no value yet|no secret/);
    expect(bench.secrets.stages(here, token)).to.deep.equal([]);
    expect(() => bench.secrets.begin(here)).to.not.throw();
    const again = new Bench({ kind: "copy", sources: [{ secret: here, source: lead }] });
    again.secrets.write(here, TOKEN);
    const first = again.secrets.begin(here);
    expect(await failureOf(again.step("createSecret", here, first))).to.be.a("string");
    again.secrets.write(lead, "the lead's");
    await again.turn(here, first);
    expect(again.secrets.value(here, "AWSCURRENT")).to.equal("the lead's");
  });

  it("keeps out of the way of another that waits, and says where it cannot be let go of", async () => {
    const bench = values();
    bench.secrets.begin(KEY);
    expect(await failureOf(bench.step("createSecret", KEY, "none"))).to.match(/it has no version none/);
    const stuck = caches();
    const token = stuck.secrets.begin(CACHE);
    await stuck.step("createSecret", CACHE, token);
    stuck.secrets.write(CACHE, JSON.stringify({ ...stuck.secrets.fields(CACHE), host: "other" }));
    // Reads of versions and of both values, then the reading before the label.
    stuck.failure = { at: stuck.attempts + 3, when: "before" };
    expect(await failureOf(stuck.step("setSecret", CACHE, token))).to.match(
      new RegExp(`makes another; and AWSPENDING stays on ${token}: the network is down$`),
    );
  });
});

describe("the token of a cache", () => {
  it("is taken beside the current one, and stands in every URL", async () => {
    const bench = caches();
    await bench.turn(CACHE);
    const { password, url, ...rest } = bench.secrets.fields(CACHE);
    expect(password)
      .to.match(/^[A-Za-z0-9]{30}$/)
      .and.not.equal(TOKEN);
    expect(url).to.equal(`rediss://:${password}@cache.example.com:6379/0?ssl_cert_reqs=required`);
    expect(rest).to.deep.equal({ host: "cache.example.com", port: "6379" });
    expect(bench.cache?.tokens).to.deep.equal([TOKEN, password]);
    const modify = bench.calls.filter(({ operation }) => operation === "modifyReplicationGroup");
    expect(modify.map(({ service, input }) => [service, input])).to.deep.equal([
      [
        "elasticache",
        {
          ReplicationGroupId: "shop-cache",
          AuthToken: password,
          AuthTokenUpdateStrategy: "ROTATE",
          ApplyImmediately: true,
        },
      ],
    ]);
  });

  it("waits for a group that is being changed, and gives up before the function's time is over", async () => {
    const bench = caches();
    (bench.cache as FakeCache).busy = 20;
    const token = await bench.turn(CACHE);
    expect(bench.secrets.stages(CACHE, token)).to.include("AWSCURRENT");
    const late = caches();
    (late.cache as FakeCache).busy = 1_000;
    expect(await failureOf(late.turn(CACHE))).to.match(/not within this step's time: shop-cache is available/);
    expect(late.patience).to.be.within(5_000, 10_000);
    expect(late.secrets.fields(CACHE).password).to.equal(TOKEN);
  });

  it("does not become the current one where the cache refuses it", async () => {
    const bench = caches();
    const token = bench.secrets.begin(CACHE);
    await bench.step("createSecret", CACHE, token);
    expect(await failureOf(bench.step("testSecret", CACHE, token))).to.match(/the cache refuses the next token/);
  });
});

describe("copies of another region's secrets", () => {
  const source = { user: "api_alternate", username: "api_alternate", password: "NextPassword", host: "lead" };
  const own = {
    url: "postgresql://api:Former@lead:5432/app?sslmode=require",
    "replica-url": "postgresql://api:Former@here:5432/app?sslmode=require",
    "replica-host": "here",
    port: "5432",
    user: "api",
    username: "api",
    password: "Former",
  };
  const lead = secretArn("database/api", "us-east-1");
  const here = secretArn("database/api");
  const bench = (given: unknown, value: unknown) => {
    const made = new Bench({ kind: "copy", sources: [{ secret: here, source: lead }] });
    made.secrets.add(lead, typeof given === "string" ? given : JSON.stringify(given));
    made.secrets.add(here, typeof value === "string" ? value : JSON.stringify(value));
    return made;
  };

  it("take the user and the password, and keep hosts of their own", async () => {
    const made = bench(source, own);
    await made.turn(here);
    expect(made.secrets.fields(here)).to.deep.equal({
      ...own,
      url: "postgresql://api_alternate:NextPassword@lead:5432/app?sslmode=require",
      "replica-url": "postgresql://api_alternate:NextPassword@here:5432/app?sslmode=require",
      user: "api_alternate",
      username: "api_alternate",
      password: "NextPassword",
    });
    expect(made.calls.find(({ input }) => input.SecretId === lead)?.region).to.equal("us-east-1");
  });

  it("take a single value whole", async () => {
    const made = bench("the lead's key", "an older key");
    await made.turn(here);
    expect(made.secrets.value(here, "AWSCURRENT")).to.equal("the lead's key");
  });

  it("refuse a source of another form, one without a password, and none", async () => {
    expect(await failureOf(bench("one value", own).turn(here))).to.match(/its source is not of its form/);
    expect(await failureOf(bench({ user: "api" }, own).turn(here))).to.match(/its source has no password/);
    const none = new Bench({ kind: "copy", sources: [] });
    none.secrets.add(here, "x");
    expect(await failureOf(none.turn(here))).to.match(/it has no source/);
  });
});

describe("a step that failed", () => {
  const kinds: readonly (readonly [string, () => Bench, string, (bench: Bench) => boolean])[] = [
    ["a value", () => values(), KEY, (bench) => bench.secrets.value(KEY, "AWSCURRENT") !== TOKEN],
    [
      "a cache's token",
      caches,
      CACHE,
      // Former and next: neither of them was dropped for a token that nobody knows.
      ({ cache, secrets }) => cache?.tokens.join() === [TOKEN, secrets.fields(CACHE).password].join(),
    ],
  ];
  for (const [what, make, arn, holds] of kinds) {
    it(`is repeated without harm, wherever the rotation of ${what} stopped`, async () => {
      const whole = make();
      await whole.turn(arn);
      const count = whole.attempts;
      expect(count).to.be.greaterThan(8);
      for (let at = 0; at < count; at++) {
        for (const when of ["before", "after"] as const) {
          const bench = make();
          bench.failure = { at, when };
          const token = await bench.turn(arn);
          expect(bench.secrets.stages(arn, token), `${at} ${when}`).to.include("AWSCURRENT");
          expect(holds(bench), `${at} ${when}`).to.equal(true);
        }
      }
    });
  }

  it("says in its message which secret and step, and no value", async () => {
    const bench = caches();
    const token = bench.secrets.begin(CACHE);
    await bench.step("createSecret", CACHE, token);
    const { password } = bench.secrets.fields(CACHE, "AWSPENDING");
    bench.cache = Object.assign(new FakeCache(TOKEN), {
      answer: () => {
        throw Object.assign(new Error(`AuthToken ${password} is of no use beside ${TOKEN}`), { query: password });
      },
    });
    const failure = await bench.step("setSecret", CACHE, token).catch((error: Error) => error);
    expect((failure as Error).message).to.equal(
      `setSecret of ${CACHE}: AuthToken (secret) is of no use beside (secret)`,
    );
    expect(Object.keys(failure as object)).to.deep.equal(["name"]);
    expect(JSON.stringify(bench.said)).not.to.include(password);
  });
});
