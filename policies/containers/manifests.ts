import { readLocal } from "../files";
import { isManifest, isRemote, isTransformed, manifestPaths, manifestTexts, readManifest } from "../manifests";
import { list, shown, text } from "../read";
import { type Rule, resourceRule } from "../rule";

const TRANSFORMED = "Its objects are transformed, and judged as resources of their own";

export const readable = resourceRule({
  id: "manifest-yaml-readable",
  title: "YAML manifests can be read",
  description: "What cannot be read cannot be judged by any other rule",
  severity: "high",
  level: "mandatory",
  fix: "Correct the YAML.",
  sources: [],
  resources: isManifest,
  check(resource, report) {
    const texts = manifestTexts(resource);
    if (texts.length === 0) resource.notApplicable("Holds no YAML text that is at hand");
    for (const { label, content } of texts) {
      for (const problem of readManifest(content).problems) report(`${label}: ${problem}`);
    }
  },
});

export const atHand = resourceRule({
  id: "manifest-files-at-hand",
  title: "Manifests' files are where the policies can read them",
  description: "Files that are not found are judged only where the engine makes their objects resources of their own",
  severity: "medium",
  level: "advisory",
  fix: "Run from the program's folder, with paths relative to it and patterns of * and ** only.",
  sources: [],
  resources: isManifest,
  check(resource, report) {
    if (isTransformed(resource)) resource.notApplicable(TRANSFORMED);
    const paths = manifestPaths(resource);
    if (paths.length === 0) resource.notApplicable("Names no file");
    for (const source of paths) {
      const { problem } = readLocal(source);
      if (problem !== undefined) report(`${shown(source)} ${problem}; no rule judged what it holds`);
    }
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
    for (const source of [...list(props.files), props.files, props.file]) {
      if (isRemote(text(source) ?? ""))
        report(`${shown(source)} is read from the network; no rule judged what it holds`);
    }
  },
});

export const manifestRules: readonly Rule[] = [readable, atHand, local];
