/** Settings that add to a placement on Google Cloud what no cell of the matrix has. */
export const EXTRAS: readonly Readonly<Record<string, unknown>>[] = [];
