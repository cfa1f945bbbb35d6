/** One past update of a stack. */
export interface HistoryEntry {
  /** Number of the update. */
  readonly version: number;
  readonly kind: string;
  readonly result: string;
  readonly message: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** An update as the CLI tells of it, as far as it is told here. */
export interface ToldUpdate extends Omit<HistoryEntry, "counts"> {
  readonly resourceChanges?: Readonly<Record<string, number>>;
}

/** Past updates without their configuration, which is nobody's business here. */
export function historyOf(summaries: readonly ToldUpdate[]): readonly HistoryEntry[] {
  return summaries.map(({ version, kind, result, message, startTime, endTime, resourceChanges }) => ({
    version,
    kind,
    result,
    message,
    startTime: new Date(startTime).toISOString(),
    endTime: new Date(endTime).toISOString(),
    counts: { ...resourceChanges },
  }));
}
