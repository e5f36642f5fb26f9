import { compareAddresses } from './duplicates.address.rules';
import { isMistypedDate } from './duplicates.birth-date.rules';
import { compareMailboxes } from './duplicates.mailbox.rules';
import type { DuplicateReason, Evidence } from './duplicates.model';
import type { DuplicatePolicy } from './duplicates.policy';
import { nameSimilarity } from './duplicates.words.rules';

/** How probable it is that two profiles are one person, and what says so. */
export interface DuplicateScore {
  /** 0 to 1, to four digits. */
  readonly score: number;
  /** What speaks for it first; features that one of the profiles does not have are left out. */
  readonly reasons: readonly DuplicateReason[];
}

/**
 * Scores a pair by Fellegi and Sunter's model of record linkage (A theory for record linkage,
 * Journal of the American Statistical Association 64, 1969, section 3.3): each feature that both
 * have adds the logarithm of how much more often it is seen between two profiles of one person
 * than between those of two. The sum with the prior is the log odds of a match; the score is the
 * probability they stand for.
 *
 * Two departures, both for families: what a household shares is counted together, up to a limit,
 * since the model takes features for independent; and words of a name are compared by the least
 * similar pair. The score does not depend on which profile is left.
 */
export function scorePair(
  left: Evidence,
  right: Evidence,
  policy: DuplicatePolicy,
): DuplicateScore {
  const who = [...compareNames(left, right, policy), ...compareBirthDates(left, right, policy)];
  const reasons = [
    ...who,
    ...withinHousehold(
      [
        ...compareEmails(left, right, policy),
        ...comparePhones(left, right, policy),
        // By itself an address says which household, and not who of it.
        ...(who.length === 0 ? [] : comparePlaces(left, right, policy)),
      ],
      policy.contactBitsMax,
    ),
    ...comparePersonIds(left, right, policy),
  ];
  const bits = reasons.reduce((sum, { weight }) => sum + weight, policy.priorBits);
  return {
    score: round(1 / (1 + 2 ** -bits), 4),
    reasons: [...reasons].sort((one, other) => other.weight - one.weight),
  };
}

function compareNames(
  { name: left }: Evidence,
  { name: right }: Evidence,
  { weights, nameSimilarMin }: DuplicatePolicy,
): readonly DuplicateReason[] {
  if (left === null || right === null) return [];
  const similarity = nameSimilarity(left.words, right.words);
  const close = similarity >= nameSimilarMin ? 'SIMILAR' : 'DIFFERENT';
  const agreement = similarity === 1 ? 'SAME' : close;
  return [
    {
      feature: 'NAME',
      agreement,
      left: left.text,
      right: right.text,
      similarity: round(similarity, 2),
      weight: weights.NAME[agreement],
    },
  ];
}

function compareBirthDates(
  { birthDate: left }: Evidence,
  { birthDate: right }: Evidence,
  { weights }: DuplicatePolicy,
): readonly DuplicateReason[] {
  if (left === null || right === null) return [];
  const other = isMistypedDate(left, right) ? 'SIMILAR' : 'DIFFERENT';
  const agreement = left === right ? 'SAME' : other;
  const similarity = { SAME: 1, SIMILAR: 0.9, DIFFERENT: 0 }[agreement];
  const weight = weights.BIRTH_DATE[agreement];
  return [{ feature: 'BIRTH_DATE', agreement, left, right, similarity, weight }];
}

function compareEmails(
  left: Evidence,
  right: Evidence,
  { weights, emailSimilarMin }: DuplicatePolicy,
): readonly DuplicateReason[] {
  const names = [left, right].flatMap(({ name }) => (name === null ? [] : [name.words]));
  return bestOf(
    left.mailboxes.flatMap((mailbox) =>
      right.mailboxes.map((other): DuplicateReason => {
        const { agreement, similarity } = compareMailboxes(mailbox, other, names, emailSimilarMin);
        return {
          feature: 'EMAIL',
          agreement,
          left: mailbox.text,
          right: other.text,
          similarity: round(similarity, 2),
          weight: weights.EMAIL[agreement],
        };
      }),
    ),
  );
}

function comparePhones(
  left: Evidence,
  right: Evidence,
  { weights }: DuplicatePolicy,
): readonly DuplicateReason[] {
  return bestOf(
    left.phones.flatMap((phone) =>
      right.phones.map((other): DuplicateReason => {
        const agreement = phone === other ? 'SAME' : 'DIFFERENT';
        return {
          feature: 'PHONE',
          agreement,
          left: phone,
          right: other,
          similarity: phone === other ? 1 : 0,
          weight: weights.PHONE[agreement],
        };
      }),
    ),
  );
}

function comparePlaces(
  { address: left }: Evidence,
  { address: right }: Evidence,
  { weights, addressSameMin }: DuplicatePolicy,
): readonly DuplicateReason[] {
  if (left === null || right === null) return [];
  const compared = compareAddresses(left, right, addressSameMin);
  if (compared === null) return [];
  const { agreement } = compared;
  return [
    {
      feature: 'ADDRESS',
      agreement,
      left: left.text,
      right: right.text,
      similarity: round(compared.similarity, 2),
      weight: weights.ADDRESS[agreement],
    },
  ];
}

/** Of a namespace that is unique to a person two values are two people, or one who signed up twice. */
function comparePersonIds(
  left: Evidence,
  right: Evidence,
  { weights }: DuplicatePolicy,
): readonly DuplicateReason[] {
  for (const own of left.personIds) {
    const others = right.personIds.filter(({ namespace }) => namespace === own.namespace);
    const [other] = others;
    const isShared = left.personIds.some(
      ({ namespace, value }) =>
        namespace === own.namespace && others.some((one) => one.value === value),
    );
    if (other === undefined || isShared) continue;
    return [
      {
        feature: 'PERSON_ID',
        agreement: 'DIFFERENT',
        left: `${own.namespace} ${own.value}`,
        right: `${other.namespace} ${other.value}`,
        similarity: 0,
        weight: weights.PERSON_ID.DIFFERENT,
      },
    ];
  }
  return [];
}

/** The one that says the most; of equal ones the same, whichever profile is left. */
function bestOf(reasons: readonly DuplicateReason[]): readonly DuplicateReason[] {
  const [first, ...rest] = reasons;
  if (first === undefined) return [];
  return [rest.reduce((best, one) => (isBetter(one, best) ? one : best), first)];
}

function isBetter(one: DuplicateReason, other: DuplicateReason): boolean {
  if (one.weight !== other.weight) return one.weight > other.weight;
  if (one.similarity !== other.similarity) return one.similarity > other.similarity;
  return sortedText(one) < sortedText(other);
}

function sortedText({ left, right }: DuplicateReason): string {
  return [left, right].sort().join(' ');
}

/** Cuts what speaks for the pair to the limit, the last first. */
function withinHousehold(
  reasons: readonly DuplicateReason[],
  bitsMax: number,
): readonly DuplicateReason[] {
  let left = bitsMax;
  return reasons.map((reason) => {
    const weight = Math.min(reason.weight, left);
    left -= Math.max(0, weight);
    return { ...reason, weight };
  });
}

function round(number: number, digits: number): number {
  return Number(number.toFixed(digits));
}
