import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type PolicySubject, policySubjects } from "./policySubjects";
import type { WireObject } from "./wire";

/** What a resource policy is asked about. */
export function analyzeRequest(subject: PolicySubject): proto.AnalyzeRequest {
  const request = new proto.AnalyzeRequest();
  request.setType(subject.resource.type);
  request.setUrn(subject.resource.urn);
  request.setName(subject.resource.name);
  request.setProperties(struct(subject.inputs));
  request.setOptions(resourceOptions(subject));
  request.setProvider(provider(subject));
  return request;
}

/** A resource as stack policies see it. */
export function analyzerResource(subject: PolicySubject): proto.AnalyzerResource {
  const { resource } = subject;
  const message = new proto.AnalyzerResource();
  message.setType(resource.type);
  message.setUrn(resource.urn);
  message.setName(resource.name);
  message.setProperties(struct(subject.outputs));
  message.setOptions(resourceOptions(subject));
  message.setProvider(provider(subject));
  message.setParent(resource.parent ?? "");
  message.setDependenciesList([...resource.dependencies]);
  for (const [key, urns] of Object.entries(resource.propertyDependencies)) {
    const dependencies = new proto.AnalyzerPropertyDependencies();
    dependencies.setUrnsList([...urns]);
    message.getPropertydependenciesMap().set(key, dependencies);
  }
  return message;
}

function resourceOptions({ options }: PolicySubject): proto.AnalyzerResourceOptions {
  const message = new proto.AnalyzerResourceOptions();
  message.setProtect(options.protect);
  message.setIgnorechangesList(options.ignoreChanges);
  message.setDeletebeforereplacedefined(options.deleteBeforeReplace !== undefined);
  message.setDeletebeforereplace(options.deleteBeforeReplace ?? false);
  message.setAdditionalsecretoutputsList(options.additionalSecretOutputs);
  message.setAliasesList(options.aliases);
  message.setParent(options.parent ?? "");
  const timeouts = new proto.AnalyzerResourceOptions.CustomTimeouts();
  timeouts.setCreate(options.customTimeouts.createSeconds);
  timeouts.setUpdate(options.customTimeouts.updateSeconds);
  timeouts.setDelete(options.customTimeouts.deleteSeconds);
  message.setCustomtimeouts(timeouts);
  return message;
}

function provider({ provider: resource }: PolicySubject): proto.AnalyzerProviderResource | undefined {
  if (resource === undefined) {
    return undefined;
  }
  const [subject] = policySubjects([resource]);
  const message = new proto.AnalyzerProviderResource();
  message.setType(resource.type);
  message.setUrn(resource.urn);
  message.setName(resource.name);
  message.setProperties(struct(subject?.inputs ?? {}));
  return message;
}

/** Plain values as the protocol carries them. */
export function struct(properties: WireObject): Struct {
  return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);
}
