/** The type of the root resource of every stack; never part of a child's qualified type. */
export const ROOT_STACK_TYPE = "pulumi:pulumi:Stack";

/** A URN taken apart. `qualifiedType` holds the whole chain of parent types, joined by `$`. */
export interface Urn {
  readonly stack: string;
  readonly project: string;
  readonly qualifiedType: string;
  readonly name: string;
}

const PREFIX = "urn:pulumi:";

/** Writes a URN the way the engine does. */
export function formatUrn(urn: Urn): string {
  return `${PREFIX}${urn.stack}::${urn.project}::${urn.qualifiedType}::${urn.name}`;
}

/** Takes a URN apart; only the name may itself hold `::`. Throws on anything that is not a URN. */
export function parseUrn(text: string): Urn {
  if (!text.startsWith(PREFIX)) {
    throw new Error(`not a URN: ${JSON.stringify(text)}`);
  }
  const [stack, project, qualifiedType, ...name] = text.slice(PREFIX.length).split("::");
  if (stack === undefined || project === undefined || qualifiedType === undefined || name.length === 0) {
    throw new Error(`not a URN: ${JSON.stringify(text)}`);
  }
  return { stack, project, qualifiedType, name: name.join("::") };
}

/** The last type of a URN's chain: the resource's own type. */
export function urnType(urn: string): string {
  const { qualifiedType } = parseUrn(urn);
  return qualifiedType.slice(qualifiedType.lastIndexOf("$") + 1);
}

/** The logical name in a URN. */
export function urnName(urn: string): string {
  return parseUrn(urn).name;
}

/** The URN of a resource under `parent`; a parent that is the stack adds nothing to the chain. */
export function childUrn(
  stack: string,
  project: string,
  parent: string | undefined,
  type: string,
  name: string,
): string {
  const parentChain = parent === undefined ? ROOT_STACK_TYPE : parseUrn(parent).qualifiedType;
  const qualifiedType = parentChain === ROOT_STACK_TYPE ? type : `${parentChain}$${type}`;
  return formatUrn({ stack, project, qualifiedType, name });
}

/** The package a type belongs to: `aws` in `aws:s3/bucket:Bucket`, and in `pulumi:providers:aws`. */
export function packageOfType(type: string): string {
  const provider = /^pulumi:providers:(.+)$/.exec(type);
  return provider?.[1] ?? type.slice(0, Math.max(type.indexOf(":"), 0));
}

/** A provider reference, `URN::ID`, split at its last `::`. */
export function parseProviderReference(reference: string): { readonly urn: string; readonly id: string } {
  const at = reference.lastIndexOf("::");
  return { urn: reference.slice(0, at), id: reference.slice(at + 2) };
}
