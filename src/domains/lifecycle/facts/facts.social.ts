import { type FactDefinition, fixed, sumWithin } from './fact-kinds';
import type { SeriesName } from './history';

/** What a customer does for others: the social part of their value. */
export const socialFacts = {
  content: counted(
    fixed((history) => history.series('content').total),
    { en: 'things written', zh: '内容创作数' },
    'Posts, comments and answers of all time.',
  ),
  content90: within('content', 'Posts, comments and answers', {
    en: 'things written in 90 days',
    zh: '近90天内容创作数',
  }),
  shares: counted(
    fixed((history) => history.series('shares').total),
    { en: 'shares', zh: '分享次数' },
    'Shares of all time.',
  ),
  shares90: within('shares', 'Shares', { en: 'shares in 90 days', zh: '近90天分享次数' }),
  socialActs90: within('social', 'Posts, comments, answers, likes, shares and attendances', {
    en: 'social acts in 90 days',
    zh: '近90天社交行为数',
  }),
  referralsConverted: counted(
    fixed((history) => history.series('referrals').total),
    { en: 'referrals that converted', zh: '成功推荐人数' },
    'Customers they brought who placed a first order.',
  ),
} as const satisfies Readonly<Record<string, FactDefinition>>;

function within(name: SeriesName, what: string, label: FactDefinition['label']): FactDefinition {
  return counted(sumWithin(name, 90), label, `${what} of the last 90 days.`);
}

function counted(
  behaviour: Pick<FactDefinition, 'value' | 'nextCrossing'>,
  label: FactDefinition['label'],
  description: string,
): FactDefinition {
  return { ...behaviour, unit: 'COUNT', label, description, min: 0, max: Number.POSITIVE_INFINITY };
}
