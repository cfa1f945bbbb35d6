import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { EngineError, type Program } from "../../engine";
import { Component, failuresOf, run, Thing, urn } from "./support";

/** A failure without what differs between runs. */
function summary(failures: Awaited<ReturnType<typeof failuresOf>>) {
  return failures.map(({ kind, urn: at, source }) => ({ kind, urn: at, source: source?.replace(/:\d+:\d+$/, "") }));
}

const here = "tests/engine/failures.test.ts";
const thing = (name: string) => urn("test:index:Thing", name);

for (const transport of ["direct", "grpc"] as const) {
  describe(`engine: failures over ${transport}`, () => {
    it("reports a program that throws, with its line", async () => {
      const failures = await failuresOf(
        async () => {
          throw new Error("boom");
        },
        { transport },
      );
      expect(summary(failures)).to.deep.equal([{ kind: "program", urn: undefined, source: here }]);
      expect(failures[0]?.message).to.equal("boom");
    });

    it("reports an apply that throws, with the resource it kept back", async () => {
      const failures = await failuresOf(
        async () => {
          const first = new Thing("first");
          new Thing("second", {
            value: first.urn.apply(() => {
              throw new Error("in apply");
            }),
          });
        },
        { transport },
      );
      expect(summary(failures)).to.deep.equal([{ kind: "rejection", urn: thing("second"), source: here }]);
      expect(failures[0]?.message).to.include("in apply");
    });

    it("reports a rejection nobody handles and a timer that throws late", async () => {
      const failures = await failuresOf(
        async () => {
          void Promise.reject(new Error("unhandled"));
          setTimeout(() => {
            throw new Error("late");
          }, 30);
        },
        { transport },
      );
      expect(failures.map((failure) => failure.message)).to.deep.equal(["unhandled", "late"]);
    });

    it("reports every duplicate URN, not only the first", async () => {
      const failures = await failuresOf(
        async () => {
          for (const name of ["a", "a", "b", "b"]) {
            new Thing(name);
          }
        },
        { transport },
      );
      expect(summary(failures)).to.deep.equal([
        { kind: "duplicate-urn", urn: thing("a"), source: here },
        { kind: "duplicate-urn", urn: thing("b"), source: here },
      ]);
    });

    it("finds a cycle between two resources within seconds, and names both", async () => {
      const failures = await failuresOf(
        async () => {
          const later: { second?: Thing } = {};
          const first = new Thing("first", { value: pulumi.output(Promise.resolve(1)).apply(() => later.second?.urn) });
          await Promise.resolve();
          later.second = new Thing("second", { value: first.urn });
        },
        { transport },
      );
      expect(summary(failures)).to.deep.equal([{ kind: "cycle", urn: thing("first"), source: here }]);
      expect(failures[0]?.message).to.match(/first \[.*\] \(.*\) -> second \[.*\] \(.*\) -> first/);
    }).timeout(10_000);

    it("finds children that depend on their own component", async () => {
      const failures = await failuresOf(
        async () => {
          const parent = new Component("parent");
          new Thing("left", {}, { parent, dependsOn: parent });
          new Thing("right", {}, { parent, dependsOn: parent });
        },
        { transport },
      );
      expect(failures.map((failure) => failure.kind)).to.deep.equal(["cycle"]);
    }).timeout(10_000);

    it("names the resource whose input never settles, and those behind it", async () => {
      const failures = await failuresOf(
        async () => {
          const first = new Thing("first", { value: new Promise(() => {}) });
          new Thing("second", { value: first.computed });
        },
        { transport },
      );
      expect(summary(failures)).to.deep.equal([{ kind: "never-settled", urn: thing("first"), source: here }]);
      expect(failures[0]?.message).to.include("its input value");
      expect(failures[0]?.affected).to.deep.equal([thing("second")]);
    }).timeout(10_000);

    it("finds a program that waits for nothing, and names the last resource", async () => {
      const failures = await failuresOf(
        async () => {
          new Thing("last");
          await new Promise(() => {});
        },
        { transport },
      );
      expect(summary(failures)).to.deep.equal([{ kind: "never-settled", urn: thing("last"), source: here }]);
    }).timeout(10_000);
  });
}

describe("engine: failures", () => {
  it("lets a program that only is slow finish", async () => {
    const result = await run(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1200));
      return { done: true };
    });
    expect(result.outputs).to.deep.equal({ done: true });
  });

  it("ends a program that always has a timer at the deadline", async () => {
    const timers: NodeJS.Timeout[] = [];
    const failures = await failuresOf(
      async () => {
        timers.push(setInterval(() => undefined, 10));
        await new Promise(() => {});
      },
      { timeoutSeconds: 0.4 },
    );
    timers.forEach(clearInterval);
    expect(failures[0]?.kind).to.equal("timeout");
  });

  it("throws an InputError as it is, whether thrown at once or later", async () => {
    const error = Object.assign(new Error("wrong input"), { name: "InputError", problems: [{ path: "a" }] });
    for (const program of [
      () => {
        throw error;
      },
      async () => {
        await Promise.resolve();
        throw error;
      },
    ]) {
      const caught = await run(program as Program).catch((thrown: unknown) => thrown);
      expect(caught).to.equal(error);
    }
    expect(error.message).to.equal("wrong input");
  });

  it("names the function no table answers, and where to add it", async () => {
    const failures = await failuresOf(async () => {
      await pulumi.runtime.invoke("test:index:lookUp", {});
    });
    expect(failures[0]?.kind).to.equal("invoke");
    expect(failures[0]?.message).to.include("test:index:lookUp").and.to.include("engine/simulators");
  });

  for (const transport of ["direct", "grpc"] as const) {
    it(`tells where a function no table answers is called, though nobody waits for it there (${transport})`, async () => {
      const [here = ""] = new Error().stack?.split("\n").slice(1) ?? [];
      const line = Number(/:(\d+):\d+\)?$/.exec(here)?.[1]);
      const failures = await failuresOf(
        async () => {
          const found = pulumi.runtime.invokeOutput("test:index:lookUp", {});
          new Thing("thing", { found });
        },
        { transport },
      );
      expect(failures.map(({ kind }) => kind)).to.deep.equal(["invoke"]);
      expect(failures[0]?.source).to.match(new RegExp(`^tests/engine/failures\\.test\\.ts:${line + 4}:\\d+$`));
    });
  }

  it("runs one plan at a time, and says so", async () => {
    const first = run(() => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 50)));
    const failures = await failuresOf(async () => undefined);
    expect(failures[0]?.kind).to.equal("busy");
    await first;
  });

  it("gives the listeners for rejections back after a failure", async () => {
    const before = process.listeners("unhandledRejection");
    await run(async () => {
      throw new Error("x");
    }).catch((error: unknown) => expect(error).to.be.instanceOf(EngineError));
    expect(process.listeners("unhandledRejection")).to.deep.equal(before);
  });
});
