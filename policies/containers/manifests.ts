import { kubernetesToken } from "../kubernetes";
import { manifestTexts, readManifest } from "../manifests";
import { list, shown, text } from "../read";
import { type Rule, resourceRule } from "../rule";

const isGroup = (type: string): boolean => kubernetesToken(type)?.kind === "ConfigGroup";
const isManifest = (type: string): boolean => isGroup(type) || /^kubernetes:yaml(\/v2)?:ConfigFile$/.test(type);

export const readable = resourceRule({
  id: "manifest-yaml-readable",
  title: "YAML manifests given as text can be read",
  description: "What cannot be read cannot be judged by any other rule",
  severity: "high",
  level: "mandatory",
  fix: "Correct the YAML.",
  sources: [],
  resources: isGroup,
  check({ props, notApplicable }, report) {
    const texts = manifestTexts(props);
    if (texts.length === 0) notApplicable("Holds no YAML text");
    for (const problem of texts.flatMap((source) => readManifest(source).problems)) report(`yaml: ${problem}`);
  },
});

export const local = resourceRule({
  id: "manifest-from-own-files",
  title: "Manifests come from the program's own files",
  description: "What a URL serves may change between the preview that was approved and the update",
  severity: "medium",
  level: "advisory",
  fix: "Copy the manifest into the program, at the version that was reviewed.",
  sources: [],
  resources: isManifest,
  check({ props }, report) {
    for (const source of [...list(props.files), props.file]) {
      if (/^https?:/i.test(text(source) ?? "")) report(`${shown(source)} is read from the network`);
    }
  },
});

export const manifestRules: readonly Rule[] = [readable, local];
