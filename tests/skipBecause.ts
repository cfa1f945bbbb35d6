/** Leaves a test out and says in its title why: what is pending without a reason looks forgotten. */
export function skipBecause(context: Mocha.Context, reason: string): never {
  if (context.test) {
    context.test.title += ` (${reason})`;
  }
  return context.skip();
}

/** The same for a suite's `before`: each of its tests says it, and its line among the results. */
export function skipSuiteBecause(context: Mocha.Context, reason: string): never {
  const suite = context.test?.parent;
  suite?.eachTest((test) => {
    test.title += ` (${reason})`;
  });
  return context.skip();
}
