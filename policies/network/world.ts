/** A range that holds the whole of the internet, or one half of it: two halves are the whole, written to look narrower. */
export function isWorld(range: unknown): boolean {
  return typeof range === "string" && /\/0*[01]$/.test(range.trim());
}
