import { deepFreeze } from '../../shared/deep-freeze';

type Bits<Agreements extends string> = Readonly<Record<Agreements, number>>;

/** What each agreement of a feature adds to the evidence, in bits. */
export interface DuplicateWeights {
  readonly NAME: Bits<'SAME' | 'SIMILAR' | 'DIFFERENT'>;
  readonly BIRTH_DATE: Bits<'SAME' | 'SIMILAR' | 'DIFFERENT'>;
  readonly EMAIL: Bits<'SAME' | 'SIMILAR' | 'PARTIAL' | 'DIFFERENT'>;
  readonly PHONE: Bits<'SAME' | 'DIFFERENT'>;
  readonly ADDRESS: Bits<'SAME' | 'PARTIAL' | 'DIFFERENT'>;
  readonly PERSON_ID: Bits<'DIFFERENT'>;
}

/** When two profiles are proposed as one person, and what finding them may cost. */
export interface DuplicatePolicy {
  readonly weights: DuplicateWeights;
  /** Log odds, to the base 2, that two profiles that share a block are one person. */
  readonly priorBits: number;
  /**
   * What e-mail, phone and address may add together. A family shares all three, so they are one
   * piece of evidence rather than three.
   */
  readonly contactBitsMax: number;
  /** Pairs are proposed from this score on, 0.5 to 1. */
  readonly scoreMin: number;
  /** Words of names are one, mistyped, from this similarity on, 0 to 1. */
  readonly nameSimilarMin: number;
  /** Local parts at one domain are one, mistyped, from this similarity on, 0 to 1. */
  readonly emailSimilarMin: number;
  /** Addresses are one from this share of the shorter one's words on, 0 to 1. */
  readonly addressSameMin: number;
  /** What forms put where nobody answered, `YYYY-MM-DD`. Says nothing. */
  readonly placeholderBirthDates: readonly string[];
  /** Local parts that are an office and not a person, without dots. Say nothing. */
  readonly sharedMailboxes: readonly string[];
  /** Larger blocks do not tell people apart, and are passed over. */
  readonly blockSizeMax: number;
  /** Profiles of one run, which is one transaction. */
  readonly profilesPerRun: number;
  /** From the end of a pass over all profiles to the beginning of the next. */
  readonly passPauseMs: number;
}

/**
 * Weights are log2 of how many times more often the agreement is seen between two profiles of one
 * person than between two of different ones (Fellegi and Sunter 1969). Estimated for a population
 * of common names and birthdays over sixty years, and rounded down for what people share.
 */
export const defaultDuplicatePolicy: DuplicatePolicy = deepFreeze({
  weights: {
    NAME: { SAME: 8, SIMILAR: 4, DIFFERENT: -14 },
    BIRTH_DATE: { SAME: 10, SIMILAR: -2, DIFFERENT: -14 },
    EMAIL: { SAME: 11, SIMILAR: 5, PARTIAL: 1, DIFFERENT: -1 },
    PHONE: { SAME: 8, DIFFERENT: -1 },
    ADDRESS: { SAME: 5, PARTIAL: 1, DIFFERENT: -2 },
    PERSON_ID: { DIFFERENT: -6 },
  },
  priorBits: -7,
  contactBitsMax: 12,
  scoreMin: 0.9,
  nameSimilarMin: 0.8,
  emailSimilarMin: 0.85,
  addressSameMin: 0.8,
  placeholderBirthDates: ['1900-01-01', '1970-01-01'],
  sharedMailboxes: [
    'accounting',
    'admin',
    'contact',
    'hello',
    'info',
    'mail',
    'noreply',
    'no-reply',
    'office',
    'sales',
    'service',
    'support',
    'test',
  ],
  blockSizeMax: 50,
  profilesPerRun: 250,
  passPauseMs: 6 * 60 * 60 * 1000,
});

/** The evidence that a score stands for, in bits: its log odds to the base 2. */
export function bitsOf(score: number): number {
  return Math.log2(score / (1 - score));
}

/** @returns every fault of the policy, each with the name of the setting; empty where it is sound */
export function findDuplicatePolicyFaults(policy: DuplicatePolicy): readonly string[] {
  return [
    ...numberFault('priorBits', policy.priorBits, -BITS_MAX, 0),
    ...numberFault('contactBitsMax', policy.contactBitsMax, 0, BITS_MAX),
    ...numberFault('scoreMin', policy.scoreMin, 0.5, 0.9999),
    ...numberFault('nameSimilarMin', policy.nameSimilarMin, 0, 1),
    ...numberFault('emailSimilarMin', policy.emailSimilarMin, 0, 1),
    ...numberFault('addressSameMin', policy.addressSameMin, 0, 1),
    ...integerFault('blockSizeMax', policy.blockSizeMax, 2, 1_000),
    ...integerFault('profilesPerRun', policy.profilesPerRun, 1, 10_000),
    ...integerFault('passPauseMs', policy.passPauseMs, 0, PAUSE_MS_MAX),
    ...Object.entries(policy.weights).flatMap(([feature, bits]) =>
      Object.entries<number>(bits).flatMap(([agreement, weight]) =>
        weightFault(`weights.${feature}.${agreement}`, agreement, weight),
      ),
    ),
    ...familyFaults(policy),
  ];
}

/** @throws Error that names every fault: a policy is checked at start, never in use */
export function requireSoundDuplicatePolicy(policy: DuplicatePolicy): DuplicatePolicy {
  const faults = findDuplicatePolicyFaults(policy);
  if (faults.length > 0) {
    throw new Error(`The duplicate policy is not sound: ${faults.join('; ')}.`);
  }
  return policy;
}

/** Beyond this a score is 0 or 1 to every digit that is kept. */
const BITS_MAX = 50;
const PAUSE_MS_MAX = 30 * 24 * 60 * 60 * 1000;

function weightFault(name: string, agreement: string, weight: number): string[] {
  if (agreement === 'SAME') return numberFault(name, weight, 0, BITS_MAX);
  if (agreement === 'DIFFERENT') return numberFault(name, weight, -BITS_MAX, 0);
  return numberFault(name, weight, -BITS_MAX, BITS_MAX);
}

/** Relatives who live together agree in all but one thing, and that one has to be enough. */
function familyFaults({ weights, priorBits, contactBitsMax, scoreMin }: DuplicatePolicy): string[] {
  const shared = priorBits + contactBitsMax;
  const twins = shared + weights.BIRTH_DATE.SAME + weights.NAME.DIFFERENT;
  const namesakes = shared + weights.NAME.SAME + weights.BIRTH_DATE.DIFFERENT;
  return [
    ...(twins < bitsOf(scoreMin) ? [] : ['weights.NAME.DIFFERENT does not tell twins apart']),
    ...(namesakes < bitsOf(scoreMin)
      ? []
      : ['weights.BIRTH_DATE.DIFFERENT does not tell father and son apart']),
  ];
}

function numberFault(name: string, value: number, min: number, max: number): string[] {
  return value >= min && value <= max ? [] : [`${name} must be a number from ${min} to ${max}`];
}

function integerFault(name: string, value: number, min: number, max: number): string[] {
  return Number.isInteger(value) && value >= min && value <= max
    ? []
    : [`${name} must be a whole number from ${min} to ${max}`];
}
