import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { AnalyzerPack } from "./analyzer";
import { analyzeRequest, analyzerResource, struct } from "./analyzerMessages";
import { startAnalyzer } from "./analyzerProcess";
import { decodeStruct } from "./decode";
import type { RecordedResource } from "./goal";
import type { PolicyReport } from "./plan";
import { Findings, type PolicyRequest, settingsOf } from "./policyReport";
import { isRead, policySubjects, stackUrn } from "./policySubjects";
import { isObject, type WireObject } from "./wire";

/** Starts the pack's server. */
export async function startServer(directory: string): Promise<AnalyzerPack> {
  const server = await startAnalyzer(directory);
  const client = new AnalyzerClient(server.address, credentials.createInsecure(), {
    "grpc.max_receive_message_length": 1024 * 1024 * 400,
    "grpc.max_send_message_length": 1024 * 1024 * 400,
  });
  return {
    async analyze(resources, request) {
      const info = await ask<proto.AnalyzerInfo>((done) => client.getAnalyzerInfo(new Empty(), done));
      const levels = await configure(client, info, request);
      return new Analysis(client, info, levels, resources).report();
    },
    async close() {
      client.close();
      server.kill();
      await server.ended;
    },
  };
}

type Level = "mandatory" | "advisory" | undefined;

const LEVELS: Readonly<Record<number, string>> = {
  [proto.EnforcementLevel.ADVISORY]: "advisory",
  [proto.EnforcementLevel.MANDATORY]: "mandatory",
  [proto.EnforcementLevel.DISABLED]: "disabled",
  [proto.EnforcementLevel.REMEDIATE]: "remediate",
};

/** Sends every rule its level and properties; gives the levels back. */
async function configure(
  client: AnalyzerClient,
  info: proto.AnalyzerInfo,
  request: PolicyRequest,
): Promise<ReadonlyMap<string, Level>> {
  const message = new proto.ConfigureAnalyzerRequest();
  const levels = new Map<string, Level>();
  for (const policy of info.getPoliciesList()) {
    const name = policy.getName();
    const rule = {
      name,
      enforcementLevel: LEVELS[policy.getEnforcementlevel()] ?? "advisory",
      defaults: defaultsOf(policy),
    };
    const { level, properties } = settingsOf(request.config?.[info.getName()], rule, undefined);
    levels.set(name, level);
    const config = new proto.PolicyConfig();
    config.setEnforcementlevel(
      level === undefined
        ? proto.EnforcementLevel.DISABLED
        : level === "mandatory"
          ? proto.EnforcementLevel.MANDATORY
          : proto.EnforcementLevel.ADVISORY,
    );
    config.setProperties(struct(properties as WireObject));
    message.getPolicyconfigMap().set(name, config);
  }
  await ask<Empty>((done) => client.configure(message, done));
  return levels;
}

function defaultsOf(policy: proto.PolicyInfo): Record<string, unknown> {
  const defaults: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(decodeStruct(policy.getConfigschema()?.getProperties()))) {
    if (isObject(schema) && schema.default !== undefined) {
      defaults[key] = schema.default;
    }
  }
  return defaults;
}

/** One pack's pass over a run's resources. */
class Analysis {
  readonly #findings = new Findings();

  constructor(
    private readonly client: AnalyzerClient,
    private readonly info: proto.AnalyzerInfo,
    private readonly levels: ReadonlyMap<string, Level>,
    private readonly resources: readonly RecordedResource[],
  ) {}

  async report(): Promise<PolicyReport> {
    const subjects = policySubjects(this.resources);
    this.#findings.addPack(this.info.getName(), this.info.getVersion(), this.info.getPoliciesList().length);
    const resourceRules = this.#rules(proto.PolicyType.POLICY_TYPE_RESOURCE);
    for (const subject of subjects.filter(({ resource }) => !isRead(resource))) {
      await this.#ask(resourceRules, subject.resource.urn, (done) =>
        this.client.analyze(analyzeRequest(subject), done),
      );
    }
    const stack = new proto.AnalyzeStackRequest();
    stack.setResourcesList(subjects.map(analyzerResource));
    const stackRules = this.#rules(proto.PolicyType.POLICY_TYPE_STACK);
    await this.#ask(stackRules, stackUrn(this.resources), (done) => this.client.analyzeStack(stack, done));
    return this.#findings.report();
  }

  #rules(type: proto.PolicyType): readonly string[] {
    return this.info
      .getPoliciesList()
      .filter((policy) => policy.getPolicyType() === type && this.levels.get(policy.getName()) !== undefined)
      .map((policy) => policy.getName());
  }

  async #ask(
    rules: readonly string[],
    urn: string,
    call: (done: Callback<proto.AnalyzeResponse>) => unknown,
  ): Promise<void> {
    let response: proto.AnalyzeResponse;
    try {
      response = await ask(call);
    } catch (error) {
      this.#failed(error, urn);
      return;
    }
    const found = new Set<string>();
    for (const diagnostic of response.getDiagnosticsList()) {
      const rule = diagnostic.getPolicyname();
      found.add(rule);
      const message = diagnostic.getMessage();
      // The server has no word for "deferred": it says so in the message.
      const deferred = message.startsWith(`can't run policy '${rule}'`) && message.includes(" during preview: ");
      this.#findings.add({
        pack: this.info.getName(),
        rule,
        urn: diagnostic.getUrn() === "" ? urn : diagnostic.getUrn(),
        level: diagnostic.getEnforcementlevel() === proto.EnforcementLevel.ADVISORY ? "advisory" : "mandatory",
        status: deferred ? "deferred" : "violation",
        message,
      });
    }
    const skipped = new Set(response.getNotApplicableList().map((item) => item.getPolicyName()));
    for (const rule of rules) {
      if (found.has(rule)) {
        continue;
      }
      if (skipped.has(rule)) {
        this.#findings.skip();
      } else {
        this.#findings.pass();
      }
    }
  }

  /** A rule that throws ends the whole call; the message names it, and then gives a stack of that process. */
  #failed(error: unknown, urn: string): void {
    const text = (error as { details?: string }).details ?? String(error);
    const [, head, rule, first] =
      /^(Error validating resource with policy '([^']*)'[^\n]*):\n([^\n]*)/.exec(text) ?? [];
    this.#findings.add({
      pack: this.info.getName(),
      rule: rule ?? "",
      urn,
      level: "mandatory",
      status: "violation",
      message: head === undefined ? text : `${head}: ${first}`,
    });
  }
}

type Callback<T> = (error: Error | null, response: T) => void;

function ask<T>(call: (done: Callback<T>) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, response) => (error === null ? resolve(response) : reject(error)));
  });
}
