import type { JsonObject } from '../../../shared/json';
import {
  type FeedbackKind,
  feedbackSignals,
  readFeedback,
  sentimentOfScore,
} from './feedback-signals';

describe('feedbackSignals', () => {
  test.each<[string, JsonObject, object]>([
    [
      'promoter',
      { kind: 'NPS', score: 10 },
      { npsAnswers: 1, npsPromoters: 1, sentimentMilli: 1000, sentimentCount: 1 },
    ],
    [
      'lowest promoter',
      { kind: 'NPS', score: 9 },
      { npsAnswers: 1, npsPromoters: 1, sentimentMilli: 600, sentimentCount: 1 },
    ],
    [
      'highest passive',
      { kind: 'NPS', score: 8 },
      { npsAnswers: 1, sentimentMilli: 200, sentimentCount: 1 },
    ],
    [
      'lowest passive',
      { kind: 'NPS', score: 7 },
      { npsAnswers: 1, sentimentMilli: -67, sentimentCount: 1 },
    ],
    [
      'highest detractor',
      { kind: 'NPS', score: 6 },
      { npsAnswers: 1, npsDetractors: 1, sentimentMilli: -200, sentimentCount: 1 },
    ],
    [
      'worst detractor',
      { kind: 'NPS', score: 0 },
      { npsAnswers: 1, npsDetractors: 1, sentimentMilli: -1000, sentimentCount: 1 },
    ],
    [
      'a sentiment told wins over the score',
      { kind: 'NPS', score: 9, sentiment: -0.25 },
      { npsAnswers: 1, npsPromoters: 1, sentimentMilli: -250, sentimentCount: 1 },
    ],
    [
      'digits, and a kind in lower case',
      { kind: 'csat', score: '5' },
      { csatAnswers: 1, csatSatisfied: 1, sentimentMilli: 1000, sentimentCount: 1 },
    ],
    [
      'an answer that is not satisfied',
      { kind: 'CSAT', score: 3 },
      { csatAnswers: 1, sentimentMilli: 0, sentimentCount: 1 },
    ],
    ['easy', { kind: 'CES', score: 7 }, { sentimentMilli: 1000, sentimentCount: 1 }],
    ['neither easy nor hard', { kind: 'CES', score: 4 }, { sentimentMilli: 0, sentimentCount: 1 }],
    ['a bad review', { kind: 'REVIEW', score: 1 }, { sentimentMilli: -1000, sentimentCount: 1 }],
    [
      'a complaint tells no sentiment of itself',
      { kind: 'COMPLAINT', comment: 'late' },
      { complaints: 1 },
    ],
    [
      'a complaint with its sentiment',
      { kind: 'COMPLAINT', sentiment: -1 },
      { complaints: 1, sentimentMilli: -1000, sentimentCount: 1 },
    ],
    ['a suggestion', { kind: 'SUGGESTION', comment: 'more colours' }, {}],
    ['an exit survey', { kind: 'EXIT_SURVEY', score: null, comment: 'moving' }, {}],
  ])('%s', (_case, properties, expected) => {
    expect(feedbackSignals(properties)).toEqual(expected);
  });

  test.each<[string, JsonObject, RegExp]>([
    ['no kind', { score: 3 }, /kind must be one of NPS/],
    ['unknown kind', { kind: 'STARS', score: 3 }, /kind must be one of/],
    ['kind of another type', { kind: 7 }, /kind must be one of/],
    ['NPS above', { kind: 'NPS', score: 11 }, /from 0 to 10/],
    ['NPS below', { kind: 'NPS', score: -1 }, /from 0 to 10/],
    ['CSAT below', { kind: 'CSAT', score: 0 }, /from 1 to 5/],
    ['CES above', { kind: 'CES', score: 8 }, /from 1 to 7/],
    ['REVIEW above', { kind: 'REVIEW', score: 6 }, /from 1 to 5/],
    ['half a star', { kind: 'REVIEW', score: 4.5 }, /whole score/],
    ['no score', { kind: 'NPS' }, /from 0 to 10/],
    ['not a number', { kind: 'NPS', score: 'ten' }, /from 0 to 10/],
    ['an empty score', { kind: 'NPS', score: '' }, /from 0 to 10/],
    ['a score where none belongs', { kind: 'COMPLAINT', score: 1 }, /COMPLAINT takes no score/],
    ['sentiment above', { kind: 'NPS', score: 9, sentiment: 1.001 }, /sentiment/],
    ['sentiment below', { kind: 'NPS', score: 9, sentiment: -1.001 }, /sentiment/],
    ['sentiment in words', { kind: 'NPS', score: 9, sentiment: 'good' }, /sentiment/],
    ['a comment that is no text', { kind: 'REVIEW', score: 4, comment: 12 }, /comment/],
    ['a comment too long', { kind: 'REVIEW', score: 4, comment: 'x'.repeat(10_001) }, /10000/],
  ])('refuses %s', (_case, properties, fault) => {
    expect(feedbackSignals(properties)).toEqual({ fault: expect.stringMatching(fault) });
  });
});

test('an empty comment is none', () => {
  expect(readFeedback({ kind: 'REVIEW', score: 4, comment: '' })).toEqual({
    kind: 'REVIEW',
    score: 4,
    comment: null,
    sentimentMilli: 500,
  });
});

test.each<[FeedbackKind, number[]]>([
  ['NPS', [-1000, -867, -733, -600, -467, -333, -200, -67, 200, 600, 1000]],
  ['CSAT', [-1000, -500, 0, 500, 1000]],
  ['CES', [-1000, -667, -333, 0, 333, 667, 1000]],
  ['REVIEW', [-1000, -500, 0, 500, 1000]],
])('the sentiments of the scores of %s', (kind, expected) => {
  const lowest = kind === 'NPS' ? 0 : 1;
  expect(expected.map((_, index) => sentimentOfScore(kind, lowest + index))).toEqual(expected);
});
