import leven from 'leven';

/** Characters of a value that are looked at. No name or address is longer. */
export const TEXT_LENGTH_MAX = 200;

/**
 * The words of a text in a form that forgives how it is written: NFKC, case folded, without
 * diacritics, apostrophes and punctuation. A Chinese character and a Korean syllable are words by
 * themselves, since nothing is written between the parts of a name.
 */
export function wordsOf(text: string): readonly string[] {
  return foldText(text).match(WORDS) ?? [];
}

const WORDS =
  /\p{Script=Han}|\p{Script=Hangul}|(?:(?!\p{Script=Han}|\p{Script=Hangul})[\p{L}\p{M}\p{N}])+/gu;

function foldText(text: string): string {
  return (
    text
      .slice(0, TEXT_LENGTH_MAX)
      .normalize('NFKC')
      // There and back again, since only in capitals ß is SS.
      .toUpperCase()
      .toLowerCase()
      .replace(/['’‘`´]/g, '')
      // The accents alone: other marks make another letter, as in Japanese.
      .normalize('NFD')
      .replace(/[\u0300-\u036f]/g, '')
      .normalize('NFC')
  );
}

/** Whether the word is a Chinese character or a Korean syllable. */
export function isLogogram(word: string): boolean {
  return LOGOGRAM.test(word);
}

const LOGOGRAM = /^(\p{Script=Han}|\p{Script=Hangul})$/u;

/** What a name with a word more than the other loses: a middle name, a title. */
const EXTRA_WORD_COST = 0.05;

/** The most that is said of names that have one word in common, or an initial for a word. */
const WEAK_SIMILARITY_MAX = 0.9;

/**
 * How similar two names are, 0 to 1, whatever the order of their words: as similar as the least
 * similar of the words that go together. So one word that differs makes another person, however
 * long the rest is. Logograms are the same or not: a similar one is no spelling mistake.
 * @param left and right words in order of the alphabet
 */
export function nameSimilarity(left: readonly string[], right: readonly string[]): number {
  const [short, long] = inOrder(left, right);
  const matches = matchWords(short, long);
  const rest = long.filter((_, index) => !matches.some((match) => match.longIndex === index));
  if (rest.some(isLogogram)) return 0;
  const least = Math.min(...matches.map((match) => match.similarity));
  const similarity = Math.max(0, least - rest.length * EXTRA_WORD_COST);
  return short.length < 2 ? Math.min(similarity, WEAK_SIMILARITY_MAX) : similarity;
}

/** Whichever comes first, the result is the same. */
function inOrder(
  left: readonly string[],
  right: readonly string[],
): readonly [short: readonly string[], long: readonly string[]] {
  if (left.length !== right.length)
    return left.length < right.length ? [left, right] : [right, left];
  return left.join(' ') < right.join(' ') ? [left, right] : [right, left];
}

interface WordMatch {
  readonly shortIndex: number;
  readonly longIndex: number;
  readonly similarity: number;
}

/** Gives every word of the shorter name one of the longer, the most similar ones first. */
function matchWords(short: readonly string[], long: readonly string[]): readonly WordMatch[] {
  const possible = short
    .flatMap((word, shortIndex) =>
      long.map((other, longIndex) => ({
        shortIndex,
        longIndex,
        similarity: wordSimilarity(word, other),
      })),
    )
    .sort((one, other) => other.similarity - one.similarity);
  const taken: WordMatch[] = [];
  for (const match of possible) {
    const isFree = taken.every(
      ({ shortIndex, longIndex }) =>
        shortIndex !== match.shortIndex && longIndex !== match.longIndex,
    );
    if (isFree) taken.push(match);
  }
  return taken;
}

/**
 * How similar two words are, 0 to 1: one less the share of letters to be changed (Levenshtein
 * 1966), where two neighbours that changed places are one change (Damerau 1964). An initial is as
 * good as a word that begins with it.
 */
export function wordSimilarity(left: string, right: string): number {
  if (left === right) return 1;
  if (isLogogram(left) || isLogogram(right)) return 0;
  if (left.length === 1 || right.length === 1) {
    return left[0] === right[0] ? WEAK_SIMILARITY_MAX : 0;
  }
  const changes = areNeighboursSwapped(left, right) ? 1 : leven(left, right);
  return 1 - changes / Math.max(left.length, right.length);
}

function areNeighboursSwapped(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let first = 0;
  while (left[first] === right[first]) first += 1;
  return (
    left[first] === right[first + 1] &&
    left[first + 1] === right[first] &&
    left.slice(first + 2) === right.slice(first + 2)
  );
}
