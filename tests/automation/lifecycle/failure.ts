/** What an operation rejects with. */
export async function failureOf(operation: PromiseLike<unknown>): Promise<Error> {
  try {
    await operation;
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing failed");
}
