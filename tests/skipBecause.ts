/** Leaves a test out and says in its title why: what is pending without a reason looks forgotten. */
export function skipBecause(context: Mocha.Context, reason: string): never {
  if (context.test) {
    context.test.title += ` (${reason})`;
  }
  return context.skip();
}
