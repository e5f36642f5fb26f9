import {
  type CommunityCounts,
  type CommunityPolicy,
  defaultCommunityPolicy,
  requireSoundCommunityPolicy,
} from './community.policy';
import { communityScore } from './community.rules';

const none: CommunityCounts = {
  posts: 0,
  comments: 0,
  answers: 0,
  likes: 0,
  shares: 0,
  attendances: 0,
  checkIns: 0,
};

describe('communityScore', () => {
  test.each<[string, Partial<CommunityCounts>, number]>([
    ['nothing', {}, 0],
    ['one like', { likes: 1 }, 2],
    ['one post', { posts: 1 }, 10],
    ['an answer is worth five likes', { answers: 1 }, 10],
    ['five likes', { likes: 5 }, 10],
    ['the scale itself', { posts: 10 }, 63],
    ['twice the scale', { posts: 10, answers: 10 }, 86],
    ['a burst of likes', { likes: 1_000_000 }, 100],
    [
      'some of each',
      { posts: 1, comments: 1, answers: 1, likes: 1, shares: 1, attendances: 1, checkIns: 1 },
      36,
    ],
  ])('%s', (_case, counts, expected) => {
    expect(communityScore({ ...none, ...counts }, defaultCommunityPolicy)).toBe(expected);
  });

  test('follows the policy', () => {
    const policy = { ...defaultCommunityPolicy, scale: 5 };
    expect(communityScore({ ...none, posts: 1 }, policy)).toBe(63);
  });
});

describe('requireSoundCommunityPolicy', () => {
  test('takes the default', () => {
    expect(requireSoundCommunityPolicy(defaultCommunityPolicy)).toBe(defaultCommunityPolicy);
  });

  const noWeights = {
    posts: 0,
    comments: 0,
    answers: 0,
    likes: 0,
    shares: 0,
    attendances: 0,
    checkIns: 0,
  };
  test.each<[string, Partial<CommunityPolicy>, RegExp]>([
    ['a window of no days', { windowDays: 0 }, /windowDays/],
    ['a window of half a day', { windowDays: 0.5 }, /windowDays/],
    ['a window beyond ten years', { windowDays: 3_651 }, /windowDays/],
    ['a scale of 0', { scale: 0 }, /scale/],
    ['a scale that is no number', { scale: Number.NaN }, /scale/],
    ['a negative weight', { weights: { ...noWeights, posts: 1, likes: -1 } }, /weights\.likes/],
    [
      'an infinite weight',
      { weights: { ...noWeights, posts: Number.POSITIVE_INFINITY } },
      /weights\.posts/,
    ],
    ['weights of 0 only', { weights: noWeights }, /not all be 0/],
  ])('refuses %s', (_case, changes, fault) => {
    const policy = { ...defaultCommunityPolicy, ...changes };
    expect(() => requireSoundCommunityPolicy(policy)).toThrow(fault);
  });

  test('names every fault at once', () => {
    const policy = { ...defaultCommunityPolicy, windowDays: 0, scale: 0 };
    expect(() => requireSoundCommunityPolicy(policy)).toThrow(/windowDays.*scale/);
  });
});
