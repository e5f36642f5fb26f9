import type { EventId, IdentifierId } from '../../shared/ids';
import { type Decision, latestConsents } from './consents.rules';

/** `@2 web,app ads+ news-`: at the second minute, for web and app, ads granted and news denied. */
function decision(text: string, index: number): Decision {
  const [at = '', identifierIds = '', ...preferences] = text.split(' ');
  return {
    eventId: `e${index + 1}` as EventId,
    occurredAt: new Date(Date.UTC(2026, 0, 1, 0, Number(at.slice(1)))),
    identifierIds: identifierIds.split(',') as IdentifierId[],
    preferences: preferences.map((one) => ({
      purpose: one.slice(0, -1),
      isGranted: one.endsWith('+'),
    })),
  };
}

/** `web ads+ e1`: by the first decision, web grants ads. */
function latest(decisions: readonly Decision[]): readonly string[] {
  return latestConsents(decisions)
    .map(({ identifierId, purpose, isGranted, eventId }) => {
      return `${identifierId} ${purpose}${isGranted ? '+' : '-'} ${eventId}`;
    })
    .toSorted();
}

test.each<[string, string[], string[]]>([
  ['nobody decided', [], []],
  ['one speaks for all identifiers', ['@1 app,web ads+'], ['app ads+ e1', 'web ads+ e1']],
  ['of every purpose', ['@1 web ads+ news-'], ['web ads+ e1', 'web news- e1']],
  ['the later grant', ['@1 web ads-', '@2 web ads+'], ['web ads+ e2']],
  ['the later refusal', ['@1 web ads+', '@2 web ads-'], ['web ads- e2']],
  ['of one instant the refusal', ['@1 web ads+', '@1 web ads-'], ['web ads- e2']],
  ['each purpose by itself', ['@1 web ads-', '@2 web news+'], ['web ads- e1', 'web news+ e2']],
  ['each identifier by itself', ['@1 app,web ads-', '@2 web ads+'], ['app ads- e1', 'web ads+ e2']],
  ['a decision between two', ['@1 web ads-', '@3 web ads-', '@2 web ads+'], ['web ads- e2']],
])('%s, in whatever order', (_case, texts, expected) => {
  const decisions = texts.map(decision);
  expect(latest(decisions)).toEqual(expected);
  expect(latest(decisions.toReversed())).toEqual(expected);
});
