import { distance } from "fastest-levenshtein";

/** The candidate a word was most likely meant to be; undefined when none is near. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  // A third of the word may be wrong: more than that and the guess misleads.
  const limit = Math.max(1, Math.floor(word.length / 3));
  const lower = word.toLowerCase();
  // A name cut short, such as prod for production, is the plainest case, and far in edits.
  const cut = candidates.filter((candidate) => lower.length > 2 && candidate.toLowerCase().startsWith(lower));
  if (cut.length === 1) {
    return cut[0];
  }
  const [best] = candidates
    .map((candidate) => ({ candidate, away: awayFrom(lower, candidate.toLowerCase()) }))
    .filter(({ away }) => away <= limit)
    .sort((a, b) => a.away - b.away);
  return best?.candidate;
}

/** All candidates, those most like the word first; equally like ones stay in order. */
export function nearestFirst(word: string, candidates: readonly string[]): readonly string[] {
  const lower = word.toLowerCase();
  return candidates
    .map((candidate) => ({ candidate, away: awayFrom(lower, candidate.toLowerCase()) }))
    .sort((a, b) => a.away - b.away)
    .map(({ candidate }) => candidate);
}

/** Edit distance, in which two letters swapped are one slip of the fingers rather than two. */
function awayFrom(word: string, candidate: string): number {
  const sorted = (text: string) => [...text].sort().join("");
  return word !== candidate && sorted(word) === sorted(candidate) ? 1 : distance(word, candidate);
}

/** A fix naming the {@link closest} candidate; undefined when none is near. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const best = closest(word, candidates);
  return best === undefined ? undefined : `did you mean ${best}?`;
}
