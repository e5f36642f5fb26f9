import type { Touchpoint } from './customer';
import type { Diary } from './history.diary';
import { comments, complaints, type Feeling, farewells, suggestions } from './vocabulary';

/** An answer to a survey, or a review. */
export function answer(diary: Diary, age: number, mood: number): void {
  const { random, customer } = diary;
  const touchpoint = diary.touchpointAt(age, () => true);
  if (touchpoint === null) return;
  const contentment = clamp(mood + 0.3 * random.normal(), -1, 1);
  const words = comments[customer.language][feelingOf(contentment)];
  const kind = random.weighted([
    ['NPS', 40],
    ['REVIEW', 25],
    ['CSAT', 18],
    ['CES', 9],
    ['SUGGESTION', 8],
  ]);
  const score = scoreOf(kind, contentment);
  const comment =
    kind === 'SUGGESTION'
      ? random.pick(suggestions[customer.language])
      : kind === 'REVIEW' || random.chance(0.6)
        ? random.pick(words)
        : null;
  feedback(diary, age, touchpoint, kind, { score, comment, sentiment: contentment });
}

export function complain(diary: Diary, age: number): void {
  const touchpoint = diary.touchpointAt(age, () => true);
  if (touchpoint === null) return;
  feedback(diary, age, touchpoint, 'COMPLAINT', {
    score: null,
    comment: diary.random.pick(complaints[diary.customer.language]),
    sentiment: diary.random.between(-1, -0.5),
  });
}

export function sayFarewell(diary: Diary): void {
  const age = diary.customer.life.exitSurveyAge;
  const touchpoint = age === null ? null : diary.touchpointAt(age, () => true);
  if (age === null || touchpoint === null) return;
  feedback(diary, age, touchpoint, 'EXIT_SURVEY', {
    score: null,
    comment: diary.random.pick(farewells[diary.customer.language]),
    sentiment: diary.random.between(-0.8, -0.1),
  });
}

function feedback(
  diary: Diary,
  age: number,
  touchpoint: Touchpoint,
  kind: string,
  told: { score: number | null; comment: string | null; sentiment: number },
): void {
  diary.add('Feedback Submitted', age, touchpoint, {
    properties: {
      kind,
      ...(told.score === null ? {} : { score: told.score }),
      ...(told.comment === null
        ? {}
        : { comment: told.comment, sentiment: Math.round(told.sentiment * 100) / 100 }),
    },
  });
}

function feelingOf(contentment: number): Feeling {
  if (contentment > 0.3) return 'glad';
  return contentment < -0.2 ? 'angry' : 'neutral';
}

/** The score somebody so content gives, on the scale of the survey; null where it has none. */
function scoreOf(kind: string, contentment: number): number | null {
  const scales: Readonly<
    Record<string, readonly [middle: number, reach: number, min: number, max: number]>
  > = {
    NPS: [6.8, 3.4, 0, 10],
    CSAT: [3.2, 1.9, 1, 5],
    CES: [4.5, 2.6, 1, 7],
    REVIEW: [3.2, 1.9, 1, 5],
  };
  const scale = scales[kind];
  if (scale === undefined) return null;
  const [middle, reach, min, max] = scale;
  return clamp(Math.round(middle + reach * contentment), min, max);
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
