import { CHART, RELEASE, valuesRule, wrong } from "../helm";
import { at, isTrue, list, shown, text } from "../read";
import { type Rule, resourceRule } from "../rule";

const EXACT = /^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

export const pinned = resourceRule({
  id: "helm-chart-pinned",
  title: "Helm charts are pinned to one version",
  description: "Without one, the same program installs another chart tomorrow",
  severity: "high",
  level: "mandatory",
  fix: "Set version to the exact version of the chart, and remove devel.",
  sources: [],
  resources: [RELEASE, CHART],
  check({ props, notApplicable }, report) {
    const chart = text(props.chart) ?? "";
    if (/^\.{0,2}\//.test(chart)) notApplicable("The chart is a folder of the program");
    if (isTrue(props.devel)) report("devel is true, which takes versions in development");
    if (/^oci:.*@sha256:[0-9a-f]{64}$/.test(chart)) return;
    const version = text(props.version);
    if (version === undefined || !EXACT.test(version)) report(`version is ${shown(version)}, not one exact version`);
  },
});

const CONTEXTS = /^(pod|container|global)?securityContext$/i;

export const hardened = valuesRule(
  {
    id: "helm-security-context-kept",
    title: "Helm values do not weaken pods",
    description: "A release's pods are seen by no other rule",
    severity: "high",
    level: "mandatory",
    fix: "Remove the value, or set it to what the restricted Pod Security Standard asks.",
    sources: ["PSS-restricted"],
  },
  ({ key, props }) => [
    ...wrong(props, { hostNetwork: [true], hostPID: [true], hostIPC: [true] }),
    ...(CONTEXTS.test(key)
      ? [
          ...wrong(props, {
            enabled: [false],
            runAsNonRoot: [false],
            runAsUser: [0],
            privileged: [true],
            allowPrivilegeEscalation: [true],
            readOnlyRootFilesystem: [false],
          }),
          ...added(list(at(props, "capabilities", "add")).map(String)),
        ]
      : []),
  ],
);

function added(capabilities: readonly string[]): readonly string[] {
  const excess = capabilities.filter((name) => name !== "NET_BIND_SERVICE");
  return excess.length > 0 ? [`capabilities.add holds ${excess.join(", ")}`] : [];
}

export const imageTags = valuesRule(
  {
    id: "helm-image-fixed-tag",
    title: "Helm values name no image by the tag latest",
    severity: "high",
    level: "mandatory",
    fix: "Remove the tag, so that the chart's own applies, or name a version or digest.",
    sources: ["CKV_K8S_14", "C-0075"],
  },
  ({ key, props }) => (/image$/i.test(key) && !text(props.digest) ? wrong(props, { tag: ["latest"] }) : []),
);

export const helmRules: readonly Rule[] = [pinned, hardened, imageTags];
