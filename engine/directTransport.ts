import * as settings from "@pulumi/pulumi/runtime/settings";
import type { Registered } from "./goal";
import type { Monitor } from "./monitor";
import { type Encoder, monitorService } from "./service";
import type { WireObject } from "./wire";

/** What the SDK reads a struct through; building a real one for every answer costs more than all the rest. */
function struct(properties: WireObject) {
  return { toJavaScript: () => properties, getFieldsMap: () => fieldsOf(properties) };
}

/** The SDK reads `pulumi:pulumi:getResource` field by field. */
function fieldsOf(properties: WireObject) {
  return {
    get: (key: string) => ({
      toJavaScript: () => properties[key],
      getStructValue: () => struct(properties[key] as WireObject),
    }),
  };
}

const noDependencies = new Map<string, never>();

/** Bare objects with the getters the SDK calls, made without serializing anything. */
const direct: Encoder = {
  registered: (answer: Registered) => ({
    getUrn: () => answer.urn,
    getId: () => answer.id,
    getObject: () => struct(answer.properties),
    getPropertydependenciesMap: () => noDependencies,
    getResult: () => 0,
  }),
  read: (answer: Registered) => ({ getUrn: () => answer.urn, getProperties: () => struct(answer.properties) }),
  invoked: (result) => ({ getReturn: () => struct(result ?? {}), getFailuresList: () => [] }),
  called: (result) => ({
    getReturn: () => struct(result ?? {}),
    getFailuresList: () => [],
    getReturndependenciesMap: () => undefined,
  }),
  feature: (supported: boolean) => ({ getHassupport: () => supported }),
  packageRef: (reference: string) => ({ getRef: () => reference }),
  empty: () => ({}),
};

/** Hands the monitor to the SDK in this process, as its mocks are handed to it. */
export function attachDirect(monitor: Monitor): void {
  const { project, stack, mode, organization } = monitor.settings;
  const service = { ...monitorService(monitor, direct), close: () => undefined };
  settings.setMockOptions(service, project, stack, mode === "preview", organization);
}
