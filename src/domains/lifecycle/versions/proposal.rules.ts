import type { Wording } from '../../../shared/language';
import { factDefinition } from '../facts/facts';
import type { Condition, LifecycleModelDocument, Threshold } from '../models/model';
import { readModelDocument } from '../models/model-document';

/** How often customers come and buy, as of one day, over the year before. */
export interface Rhythm {
  /** Of those who came often enough to tell. */
  readonly customers: number;
  /** The median of how often they come. Days; null where too few do. */
  readonly cadenceDays: number | null;
  readonly buyers: number;
  /** The median of how often they buy. Days; null where too few do. */
  readonly repurchaseDays: number | null;
}

/** Those who are in a stage now. */
export interface StageFigures {
  readonly stage: string;
  readonly customers: number;
  readonly tenureDays: Quartiles;
  /** Null where none of them came often enough to tell. */
  readonly cadenceDays: Quartiles | null;
}

/** The quarter, the half and three quarters of some customers do not exceed these. Days. */
export interface Quartiles {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** Why something is proposed: kept with the draft. */
export interface ProposalFindings {
  readonly before: Rhythm;
  readonly now: Rhythm;
  /** In the order of a life. */
  readonly stages: readonly StageFigures[];
  /** What has moved, and what follows, one sentence each. */
  readonly sentences: readonly Wording[];
}

/** Fewer say nothing of all. */
export const RHYTHM_CUSTOMERS_MIN = 100;

/** A shift of less is chance, or not worth everybody's judging anew. */
export const SHIFT_MIN = 0.05;

/** However far the data have moved, one proposal goes no further: it is looked at, then the next. */
export const FACTOR_MIN = 0.5;
export const FACTOR_MAX = 2;

export interface Proposal {
  readonly document: LifecycleModelDocument;
  /** What has moved, and what follows, one sentence each. */
  readonly sentences: readonly Wording[];
}

export type ProposalOutcome =
  | { readonly kind: 'PROPOSED'; readonly proposal: Proposal }
  | { readonly kind: 'NOTHING_TO_PROPOSE' | 'TOO_FEW_CUSTOMERS' };

/**
 * New lengths of time for a model whose customers have come to another rhythm: everything that is
 * measured in days follows the repurchase cycle, or how often customers come where they do not buy.
 * Counts, parts and money stay as they are, and so does what is a customer's own or a quantile
 * already.
 * @param before what the model was made for, or what was so when it came into force
 */
export function propose(
  document: LifecycleModelDocument,
  before: Rhythm,
  now: Rhythm,
): ProposalOutcome {
  const shift = shiftOf(before, now);
  if (shift === null) return { kind: 'TOO_FEW_CUSTOMERS' };
  const factor = factorOf(shift);
  if (Math.abs(factor - 1) < SHIFT_MIN) return { kind: 'NOTHING_TO_PROPOSE' };
  const scale = (days: number) => roundedDays(factor * days);
  const changes: Wording[] = [];
  const conditions = (place: Wording, when: readonly Condition[]) =>
    when.map((condition) => scaledCondition(condition, scale, place, changes));
  const proposed: LifecycleModelDocument = {
    ...document,
    rules: document.rules.map(({ stage, when }) => ({
      stage,
      when: conditions({ en: stage, zh: stage }, when),
    })),
    otherwise: {
      stage: document.otherwise.stage,
      explainedBy: conditions(
        { en: `${document.otherwise.stage}, otherwise`, zh: `${document.otherwise.stage}(其余)` },
        document.otherwise.explainedBy,
      ),
    },
    atRisk: document.atRisk.map(({ when }) => ({
      when: conditions({ en: 'at risk', zh: '流失预警' }, when),
    })),
    typicalCadenceDays: scale(document.typicalCadenceDays),
    patience: {
      cadences: document.patience.cadences,
      daysMin: scale(document.patience.daysMin),
      daysMax: scale(document.patience.daysMax),
    },
  };
  // Two lengths that were close may have become one, and a rule with that needless.
  const read = readModelDocument(proposed);
  const isMoved = JSON.stringify(proposed) !== JSON.stringify(document);
  if (!read.valid || !isMoved) return { kind: 'NOTHING_TO_PROPOSE' };
  const sentences = [...shift.sentences(factor), ...distinct(changes)];
  return { kind: 'PROPOSED', proposal: { document: read.document, sentences } };
}

/**
 * What a version was made for that was proposed so: not always how customers lived then, since one
 * proposal goes only so far, nor how they lived when it came into force, which may be later.
 */
export function madeForBy({ before, now }: Pick<ProposalFindings, 'before' | 'now'>): Rhythm {
  const shift = shiftOf(before, now);
  const factor = shift === null ? 1 : factorOf(shift);
  const scaled = (days: number | null) => days && days * factor;
  return {
    ...before,
    cadenceDays: scaled(before.cadenceDays),
    repurchaseDays: scaled(before.repurchaseDays),
  };
}

function factorOf({ from, to }: Shift): number {
  return Math.min(Math.max(to / from, FACTOR_MIN), FACTOR_MAX);
}

/** How far a rhythm has moved, e.g. -0.2 for a fifth shorter; null where too few customers tell. */
export function driftBetween(before: Rhythm, now: Rhythm): number | null {
  const shift = shiftOf(before, now);
  return shift === null ? null : shift.to / shift.from - 1;
}

interface Shift {
  readonly from: number;
  readonly to: number;
  sentences(factor: number): readonly Wording[];
}

function shiftOf(before: Rhythm, now: Rhythm): Shift | null {
  const { repurchaseDays, cadenceDays } = now;
  if (before.repurchaseDays !== null && repurchaseDays !== null) {
    return shiftBetween(before.repurchaseDays, repurchaseDays, {
      en: 'The repurchase cycle',
      zh: '复购周期',
    });
  }
  if (before.cadenceDays === null || cadenceDays === null) return null;
  return shiftBetween(before.cadenceDays, cadenceDays, {
    en: 'The usual time between two visits',
    zh: '活跃周期',
  });
}

function shiftBetween(from: number, to: number, what: Wording): Shift {
  return {
    from,
    to,
    sentences: (factor) => {
      const [old, recent] = [told(from), told(to)];
      const verb = to < from ? ['shortens', '缩短'] : ['lengthens', '延长'];
      const times = told(factor);
      const isBounded = Math.abs(factor - to / from) > 1e-9;
      return [
        {
          en: `${what.en} ${verb[0]} from ${old} to ${recent} days.`,
          zh: `${what.zh}从${old}天${verb[1]}至${recent}天。`,
        },
        {
          en:
            `Lengths of time follow, times ${times}` +
            `${isBounded ? ', which is as far as one proposal goes' : ''}:`,
          zh: `时间类阈值相应乘以${times}${isBounded ? '(单次建议的上限)' : ''}:`,
        },
      ];
    },
  };
}

function scaledCondition(
  condition: Condition,
  scale: (days: number) => number,
  place: Wording,
  changes: Wording[],
): Condition {
  const { fact, op, threshold } = condition;
  const { unit, label } = factDefinition(fact);
  if (unit !== 'DAYS') return condition;
  const next = scaledThreshold(threshold, scale);
  const [old, recent] = [inWords(threshold), inWords(next)];
  if (old.en !== recent.en) {
    changes.push({
      en: `${place.en}: ${label.en} ${signs[op]} ${old.en} becomes ${signs[op]} ${recent.en}.`,
      zh: `${place.zh}:${label.zh} ${signs[op]} ${old.zh} 改为 ${signs[op]} ${recent.zh}。`,
    });
  }
  return { fact, op, threshold: next };
}

/** What moves by itself, by the customer or by calibration, keeps its multiple; its bounds follow. */
function scaledThreshold(threshold: Threshold, scale: (days: number) => number): Threshold {
  if (typeof threshold === 'number') return scale(threshold);
  const { atLeast, atMost } = threshold;
  return {
    ...threshold,
    ...('uncalibrated' in threshold && { uncalibrated: scale(threshold.uncalibrated) }),
    ...(atLeast !== undefined && { atLeast: scale(atLeast) }),
    ...(atMost !== undefined && { atMost: scale(atMost) }),
  };
}

const signs = { GTE: '≥', GT: '>', LTE: '≤', LT: '<' } as const;

function inWords(threshold: Threshold): Wording {
  if (typeof threshold === 'number') return { en: `${threshold} days`, zh: `${threshold}天` };
  const { atLeast, atMost } = threshold;
  const bounds = [
    ...(atLeast === undefined ? [] : [{ en: `${atLeast} days at least`, zh: `至少${atLeast}天` }]),
    ...(atMost === undefined ? [] : [{ en: `${atMost} at most`, zh: `至多${atMost}天` }]),
    ...('uncalibrated' in threshold
      ? [
          {
            en: `${threshold.uncalibrated} while nothing is calibrated`,
            zh: `未校准时${threshold.uncalibrated}天`,
          },
        ]
      : []),
  ];
  const parts = [basisInWords(threshold), ...bounds];
  return {
    en: parts.map(({ en }) => en).join(', '),
    zh: parts.map(({ zh }) => zh).join(','),
  };
}

function basisInWords(threshold: Exclude<Threshold, number>): Wording {
  if ('ownCadences' in threshold) {
    const { ownCadences: times } = threshold;
    return { en: `${times} own cadences`, zh: `${times}个个人周期` };
  }
  if ('populationCadences' in threshold) {
    const { populationCadences: times } = threshold;
    return { en: `${times} usual cadences`, zh: `${times}个总体周期` };
  }
  const { quantile } = threshold;
  return { en: `the quantile ${quantile}`, zh: `${quantile}分位数` };
}

/** As people would say it: by the day up to two months, then by five, from half a year on by ten. */
export function roundedDays(days: number): number {
  const step = days < 60 ? 1 : days < 180 ? 5 : 10;
  return Math.max(step * Math.round(days / step), 1);
}

function told(value: number): string {
  return String(Number(value.toFixed(2)));
}

function distinct(sentences: readonly Wording[]): readonly Wording[] {
  return [...new Map(sentences.map((sentence) => [sentence.en, sentence])).values()];
}
