import type { JsonObject, JsonValue } from '../../../shared/json';
import type { DailySignals } from '../../activity';

export const feedbackKinds = [
  'NPS',
  'CSAT',
  'CES',
  'REVIEW',
  'COMPLAINT',
  'SUGGESTION',
  'EXIT_SURVEY',
] as const;

export type FeedbackKind = (typeof feedbackKinds)[number];

/** The whole numbers a score may be, and the point between a good one and a bad one. */
export interface ScoreScale {
  readonly min: number;
  readonly max: number;
  readonly neutral: number;
}

/** What a `Feedback Submitted` event tells. */
export interface FeedbackFacts {
  readonly kind: FeedbackKind;
  readonly score: number | null;
  readonly comment: string | null;
  /** −1,000 (worst) … 1,000 (best), in thousandths; null where nothing tells it. */
  readonly sentimentMilli: number | null;
}

export const COMMENT_LENGTH_MAX = 10_000;

// NPS: 0–6 are detractors, 9–10 promoters (Reichheld, "The One Number You Need to Grow", HBR
// 12/2003), so the neutral point lies between 7 and 8. CES is the 1–7 agreement form ("made it
// easy", CEB 2013): higher is better. Kinds that are not here take no score.
const scales: Readonly<Partial<Record<FeedbackKind, ScoreScale>>> = {
  NPS: { min: 0, max: 10, neutral: 7.5 },
  CSAT: { min: 1, max: 5, neutral: 3 },
  CES: { min: 1, max: 7, neutral: 4 },
  REVIEW: { min: 1, max: 5, neutral: 3 },
};

const NPS_PROMOTER_MIN = 9;
const NPS_DETRACTOR_MAX = 6;

/** "Satisfied" and "very satisfied", as customer satisfaction is usually told. */
const CSAT_SATISFIED_MIN = 4;

/** The scale of a kind of feedback; null for those that take no score. */
export function scoreScale(kind: FeedbackKind): ScoreScale | null {
  return scales[kind] ?? null;
}

/** Why this score cannot be taken for this kind, as a sentence; null where it can. */
export function scoreFault(kind: FeedbackKind, score: number | null): string | null {
  const scale = scoreScale(kind);
  if (scale === null) return score === null ? null : `${kind} takes no score.`;
  if (score !== null && Number.isInteger(score) && score >= scale.min && score <= scale.max) {
    return null;
  }
  return `${kind} takes a whole score from ${scale.min} to ${scale.max}.`;
}

/**
 * Where a score stands between worst (−1,000) and best (1,000): linear on either side of the
 * neutral point of its scale. NPS 0 → −1,000, 6 → −200, 8 → 200, 10 → 1,000; CSAT 4 → 500.
 * @param score valid for the kind
 * @returns thousandths; null for kinds without a scale
 */
export function sentimentOfScore(kind: FeedbackKind, score: number | null): number | null {
  const scale = scoreScale(kind);
  if (scale === null || score === null) return null;
  const { min, max, neutral } = scale;
  const reach = score >= neutral ? max - neutral : neutral - min;
  return toMilli((score - neutral) / reach);
}

/**
 * Reads the properties of a `Feedback Submitted` event: `kind` (in any case), `score` (a whole
 * number, or its digits), `comment`, `sentiment` (−1 … 1). The sentiment is the one told, else
 * that of the score, else unknown: text is not judged here.
 */
export function readFeedback(properties: JsonObject): FeedbackFacts | { readonly fault: string } {
  const kind = readKind(properties['kind']);
  if (kind === null) return { fault: `kind must be one of ${feedbackKinds.join(', ')}.` };

  const score = readNumber(properties['score']);
  const fault = scoreFault(kind, score);
  if (fault !== null) return { fault };

  const told = readNumber(properties['sentiment']);
  if (told !== null && !(told >= -1 && told <= 1)) {
    return { fault: 'sentiment must be a number from -1 to 1.' };
  }

  const comment = properties['comment'] ?? null;
  if (comment !== null && (typeof comment !== 'string' || comment.length > COMMENT_LENGTH_MAX)) {
    return { fault: `comment must be text of at most ${COMMENT_LENGTH_MAX} characters.` };
  }
  return {
    kind,
    score,
    comment: comment === '' ? null : comment,
    sentimentMilli: told === null ? sentimentOfScore(kind, score) : toMilli(told),
  };
}

/** What a `Feedback Submitted` event adds to its day, or why it cannot be taken. */
export function feedbackSignals(
  properties: JsonObject,
): Partial<DailySignals> | { readonly fault: string } {
  const facts = readFeedback(properties);
  if ('fault' in facts) return facts;
  return { ...kindSignals(facts), ...sentimentSignals(facts.sentimentMilli) };
}

function kindSignals({ kind, score }: FeedbackFacts): Partial<DailySignals> {
  if (kind === 'COMPLAINT') return { complaints: 1 };
  if (score === null) return {};
  if (kind === 'CSAT') {
    return score >= CSAT_SATISFIED_MIN ? { csatAnswers: 1, csatSatisfied: 1 } : { csatAnswers: 1 };
  }
  if (kind !== 'NPS') return {};
  if (score >= NPS_PROMOTER_MIN) return { npsAnswers: 1, npsPromoters: 1 };
  if (score <= NPS_DETRACTOR_MAX) return { npsAnswers: 1, npsDetractors: 1 };
  return { npsAnswers: 1 };
}

function sentimentSignals(sentimentMilli: number | null): Partial<DailySignals> {
  return sentimentMilli === null ? {} : { sentimentMilli, sentimentCount: 1 };
}

function readKind(value: JsonValue | undefined): FeedbackKind | null {
  const name = typeof value === 'string' ? value.toUpperCase() : null;
  return feedbackKinds.find((kind) => kind === name) ?? null;
}

/** Null where left out; NaN, which no range holds, where it is something else than a number. */
function readNumber(value: JsonValue | undefined): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return value;
  // Form tools send the digits of the answer.
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
}

function toMilli(value: number): number {
  // Adding 0 turns the −0 of a rounded small negative into 0.
  return Math.round(value * 1000) + 0;
}
