import type { Mailbox } from './duplicates.model';
import { isLogogram, wordSimilarity } from './duplicates.words.rules';

/** Shorter local parts are too common for one to say whose it is. */
export const LOCAL_PART_LENGTH_MIN = 5;

/**
 * A mailbox in the form it is compared in; null where it is an office's and not a person's.
 * @param normalised `local@domain`, as the identity policy normalises it
 * @param shared local parts of offices
 */
export function readMailbox(normalised: string, shared: readonly string[]): Mailbox | null {
  const at = normalised.lastIndexOf('@');
  const skeleton = normalised.slice(0, at).replace(/\+.*$/, '').replaceAll('.', '');
  if (skeleton === '' || shared.includes(skeleton)) return null;
  return { text: normalised, skeleton, domain: normalised.slice(at + 1) };
}

/** How far two mailboxes agree, and how similar their local parts are, 0 to 1. */
export interface MailboxAgreement {
  readonly agreement: 'SAME' | 'SIMILAR' | 'PARTIAL' | 'DIFFERENT';
  readonly similarity: number;
}

/**
 * SAME: one mailbox, dots and plus tags apart. SIMILAR: the same local part with another provider,
 * or one mistyped at the same domain. PARTIAL: the same local part elsewhere, but it is short or
 * only the name, which has been counted already: every john.smith may have one.
 * @param names the words of both profiles' names
 */
export function compareMailboxes(
  left: Mailbox,
  right: Mailbox,
  names: readonly (readonly string[])[],
  similarMin: number,
): MailboxAgreement {
  const isSameDomain = left.domain === right.domain;
  if (left.skeleton === right.skeleton) {
    if (isSameDomain) return { agreement: 'SAME', similarity: 1 };
    const saysLittle =
      left.skeleton.length < LOCAL_PART_LENGTH_MIN ||
      names.some((words) => isMadeOf(left.skeleton, words));
    return { agreement: saysLittle ? 'PARTIAL' : 'SIMILAR', similarity: 1 };
  }
  const similarity = wordSimilarity(left.skeleton, right.skeleton);
  const isMistyped = isSameDomain && similarity >= similarMin && digitsOf(left) === digitsOf(right);
  return { agreement: isMistyped ? 'SIMILAR' : 'DIFFERENT', similarity };
}

/** smith1 and smith2 are neighbours at a large provider, and not one of them mistyped. */
function digitsOf({ skeleton }: Mailbox): string {
  return skeleton.replace(/\D/g, '');
}

/**
 * Whether a local part is nothing but the words of a name or their initials, and two digits. Of a name
 * in characters any letters may be the transcription.
 */
function isMadeOf(skeleton: string, words: readonly string[]): boolean {
  if (words.some(isLogogram)) return /^\D*\d{0,2}$/.test(skeleton);
  let rest = skeleton.replace(/[-_]/g, '');
  for (const word of [...words].sort((left, right) => right.length - left.length)) {
    const part = rest.includes(word) ? word : word.slice(0, 1);
    rest = rest.replace(part, '');
  }
  return /^\d{0,2}$/.test(rest);
}
