import { countingIds } from '../../../test/support/ids';
import type { IdentifierId, ProfileId } from '../../shared/ids';
import { linkBetween } from './identity.model';
import { type Cut, type PastMerge, type ProfileGraph, planParting } from './identity.parting.rules';

/** Identifiers are letters and older ones come first in the alphabet; so are profiles, in capitals. */
const id = (letter: string) => letter as IdentifierId;
const link = (pair: string) => linkBetween(id(pair.charAt(0)), id(pair.charAt(1)));

/** @param pairs the links in the order they were recorded, e.g. `ab` */
function graphOf(letters: string, pairs: string, merges: readonly PastMerge[] = []): ProfileGraph {
  return {
    profileId: 'P' as ProfileId,
    identifierIds: [...letters].map(id),
    links: pairs
      .split(' ')
      .filter(Boolean)
      .map((pair, index) => ({
        ...link(pair),
        eventId: null,
        source: 'web',
        linkedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, index)),
      })),
    merges,
  };
}

/** `Q>P by ca`: Q was absorbed by P, by the link from its identifier `c` to `a`. */
function merge(text: string, undoneAt: Date | null = null): PastMerge {
  const [absorbed = '', survivor = '', far = '', home = ''] =
    /^(\w)>(\w) by (\w)(\w)$/.exec(text)?.slice(1) ?? [];
  return {
    mergeId: text,
    survivorId: survivor as ProfileId,
    absorbedId: absorbed as ProfileId,
    survivorIdentifierId: id(home),
    absorbedIdentifierId: id(far),
    undoneAt,
  };
}

function undo(past: PastMerge): Cut {
  const [home, far] = [past.survivorIdentifierId, past.absorbedIdentifierId];
  if (home === null || far === null) throw new Error('It has no link.');
  return { kind: 'MERGE', link: linkBetween(home, far), absorbedIdentifierId: far };
}

const revoke = (...pairs: string[]): Cut => ({ kind: 'LINKS', links: pairs.map(link) });

/** The parts as `P:ab`, new profiles as `new`. */
function partsOf(graph: ProfileGraph, cut: Cut) {
  const parting = planParting(graph, cut, countingIds());
  if (parting.kind !== 'PARTED') return parting.kind;
  return parting.parts.map(
    ({ profileId, origin, identifierIds }) =>
      `${origin === 'NEW' ? 'new' : profileId}:${identifierIds.join('')}`,
  );
}

describe('undoing a merge', () => {
  const q = merge('Q>P by ca');

  it.each<[string, string, string, PastMerge[], PastMerge, string[]]>([
    ['of two identifiers', 'ac', 'ca', [q], q, ['P:a', 'Q:c']],
    ['gives both sides all they had', 'abcd', 'ba dc ca', [q], q, ['P:ab', 'Q:cd']],
    [
      'what came later goes where it was linked first',
      'abcde',
      'ba ca ec ea db',
      [q],
      q,
      ['P:abd', 'Q:ce'],
    ],
    [
      'however often the two sides were joined again',
      'abcd',
      'ba dc ca db bc ad',
      [q],
      q,
      ['P:ab', 'Q:cd'],
    ],
    [
      'leaves other merges of the survivor alone',
      'acd',
      'ca da',
      [q, merge('R>P by da')],
      q,
      ['P:ad', 'Q:c'],
    ],
    [
      'takes what was absorbed through it along',
      'acd',
      'ca dc',
      [q, merge('R>P by dc')],
      q,
      ['P:a', 'Q:cd'],
    ],
    [
      'of what had been absorbed before',
      'acd',
      'dc ca',
      [merge('R>Q by dc'), q],
      q,
      ['P:a', 'Q:cd'],
    ],
    [
      'in the middle of a chain',
      'acd',
      'dc ca',
      [merge('R>Q by dc'), q],
      merge('R>Q by dc'),
      ['P:ac', 'R:d'],
    ],
  ])('%s', (_, letters, pairs, merges, undone, expected) => {
    expect(partsOf(graphOf(letters, pairs, merges), undo(undone))).toEqual(expected);
  });

  it('revokes every link across, and no other', () => {
    const parting = planParting(graphOf('abcd', 'ba dc ca db', [q]), undo(q), countingIds());
    expect(parting).toMatchObject({
      revoked: [link('ca'), link('db')],
      undoneMergeIds: [q.mergeId],
    });
  });

  it('hands ids and merges of the past to the part they are of', () => {
    const merges = [q, merge('R>P by dc'), merge('S>P by ba')];
    const parting = planParting(graphOf('abcd', 'ca dc ba', merges), undo(q), countingIds());
    expect(parting).toMatchObject({
      redirections: [{ absorbedId: 'R', into: 'Q' }],
      handedOver: [{ mergeId: 'R>P by dc', survivorId: 'Q', absorbedId: 'R' }],
    });
  });

  it('keeps the id with whom it was, in whatever order a chain was joined', () => {
    // P {a}, Q {b}, R {c}: Q absorbs R by c and b, then P absorbs Q by c and a.
    const chain = [merge('R>Q by cb'), merge('Q>P by ca')];
    const graph = graphOf('abc', 'cb ca', chain);
    expect(partsOf(graph, undo(merge('R>Q by cb')))).toEqual(['P:ac', 'Q:b']);
    expect(planParting(graph, undo(merge('R>Q by cb')), countingIds())).toMatchObject({
      redirections: [],
      handedOver: [{ mergeId: 'Q>P by ca', survivorId: 'P', absorbedId: 'R' }],
    });
  });

  it('leaves what was undone before as it is', () => {
    const merges = [q, merge('R>P by da', new Date())];
    const parting = planParting(graphOf('acd', 'ca da', merges), undo(q), countingIds());
    expect(parting).toMatchObject({ undoneMergeIds: [q.mergeId], handedOver: [] });
  });
});

describe('taking links back', () => {
  it.each<[string, string, string, PastMerge[], Cut, string[] | string]>([
    ['parts what nothing else joins', 'abc', 'ba cb', [], revoke('cb'), ['P:ab', 'new:c']],
    ['keeps the id with the oldest', 'abc', 'cb ba', [], revoke('ba'), ['P:a', 'new:bc']],
    [
      'parts into as many as it takes',
      'abc',
      'ba ca',
      [],
      revoke('ba', 'ca'),
      ['P:a', 'new:b', 'new:c'],
    ],
    [
      'undoes the merge that was made by one',
      'ac',
      'ca',
      [merge('Q>P by ca')],
      revoke('ca'),
      ['P:a', 'Q:c'],
    ],
    [
      'does nothing where other links join them',
      'abc',
      'ba cb ca',
      [],
      revoke('ba'),
      'STILL_CONNECTED',
    ],
    ['does nothing for one that is not there', 'abc', 'ba', [], revoke('ca'), 'LINK_NOT_FOUND'],
  ])('%s', (_, letters, pairs, merges, cut, expected) => {
    expect(partsOf(graphOf(letters, pairs, merges), cut)).toEqual(expected);
  });

  it('tells the shortest chain that still joins the ends', () => {
    const graph = graphOf('abcdef', 'ba cb dc ed ea fa fb');
    const parting = planParting(graph, revoke('ba'), countingIds());
    expect(parting).toMatchObject({ kind: 'STILL_CONNECTED', chain: [link('fb'), link('fa')] });
  });

  it('does nothing where one of several does not part: it would stay as evidence', () => {
    const parting = planParting(graphOf('abcd', 'ba cb ca da'), revoke('da', 'cb'), countingIds());
    expect(parting).toMatchObject({ kind: 'STILL_CONNECTED', chain: [link('ca'), link('ba')] });
  });
});
