import { emotionalLevel } from './emotion.rules';
import { type FactDefinition, fixed, NEVER, quotientWithin, sumWithin } from './fact-kinds';
import type { History } from './history';

/** What a customer told, and how much of it is left. */
export const emotionFacts = {
  nps365: {
    ...quotientWithin('npsNet', 'npsAnswers', 365, 100),
    unit: 'SCORE',
    label: { en: 'NPS of the last 365 days', zh: '近365天NPS' },
    description:
      'Promoters less detractors among the NPS answers of the last 365 days, -100 … 100. Null ' +
      'without an answer.',
    min: -100,
    max: 100,
  },
  satisfaction365: {
    ...quotientWithin('csatSatisfied', 'csatAnswers', 365),
    unit: 'RATIO',
    label: { en: 'satisfied answers of the last 365 days', zh: '近365天满意度' },
    description:
      'CSAT: part of the answers of the last 365 days that were 4 or 5 of 5. Null without one.',
    min: 0,
    max: 1,
  },
  complaints: {
    ...fixed((history) => history.series('complaints').total),
    unit: 'COUNT',
    label: { en: 'complaints', zh: '投诉次数' },
    description: 'Complaints of all time.',
    min: 0,
    max: Number.POSITIVE_INFINITY,
  },
  complaints90: {
    ...sumWithin('complaints', 90),
    unit: 'COUNT',
    label: { en: 'complaints in 90 days', zh: '近90天投诉次数' },
    description: 'Complaints of the last 90 days.',
    min: 0,
    max: Number.POSITIVE_INFINITY,
  },
  emotion: {
    value: (history) => {
      const level = emotionalLevel(history);
      return level === null ? null : faded(100 * level, halfLivesSilent(history));
    },
    nextCrossing: (history, threshold) => {
      const level = emotionalLevel(history);
      // It fades towards 0 from one side and never gets there.
      if (level === null || threshold === 0) return NEVER;
      const halvings = Math.log2((100 * level) / threshold);
      if (!(halvings >= 0)) return NEVER;
      const { emotionHalfLifeDays } = history.measures;
      const day = Math.floor(history.lastActiveDay + halvings * emotionHalfLifeDays);
      if (history.today < day) return day;
      // Rounding may have put the day one too early, and "below" comes a day after "at most".
      return history.today <= day + 1 ? history.today + 1 : NEVER;
    },
    unit: 'SCORE',
    label: { en: 'emotional connection', zh: '情感连接' },
    description:
      'What the customer told in sentiments, ratings and complaints, -100 … 100; what was told ' +
      'later weighs more. It fades by half with each half-life of silence, and is renewed by ' +
      'coming back. Null for those who told nothing.',
    min: -100,
    max: 100,
  },
} as const satisfies Readonly<Record<string, FactDefinition>>;

/** It never gets to 0, as `nextCrossing` has it: numbers do, after a thousand half-lives. */
function faded(level: number, halfLives: number): number {
  return level * 2 ** -halfLives || Math.sign(level) * Number.MIN_VALUE;
}

function halfLivesSilent(history: History): number {
  return (history.today - history.lastActiveDay) / history.measures.emotionHalfLifeDays;
}
