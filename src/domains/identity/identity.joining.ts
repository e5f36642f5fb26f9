import type { Tx } from '../../platform/database/database';
import { PROFILE_CHANGED } from '../../platform/live/topics';
import { appendToOutbox } from '../../platform/outbox/outbox';
import { type IdSource, toPublicId } from '../../shared/ids';
import { insertMerge, liftRevokedLinks, type NewMerge } from './identity.merges.store';
import type { KnownGraph, Move, Rehoming } from './identity.model';
import * as store from './identity.store';

/** What it takes to move identifiers: the domains whose rows follow, in the order to call them. */
export interface MovingParts {
  readonly ids: IdSource;
  readonly rehomings: readonly Rehoming[];
}

/**
 * Makes two profiles one, whose locks the caller holds; who counts what the survivor holds, links
 * the two, and evaluates the survivor.
 * @param known of both at least, as loaded under the locks
 */
export async function joinProfiles(
  tx: Tx,
  { ids, rehomings }: MovingParts,
  merge: Omit<NewMerge, 'mergeId'>,
  known: KnownGraph,
  now: Date,
): Promise<string> {
  const { survivor, absorbed } = merge;
  const mergeId = ids.next<string>();
  // Hardly anybody was ever taken apart, and what is known of the profiles says so.
  if (known.profiles.some(({ revokedLinks }) => revokedLinks.length > 0)) {
    await liftRevokedLinks(tx, survivor, absorbed, now);
  }
  const held = await store.findNodesOfProfiles(tx, [absorbed]);
  const move: Move = {
    from: absorbed,
    into: survivor,
    identifierIds: held.map(({ identifierId }) => identifierId),
    isWhole: true,
    reason: 'MERGE',
  };
  await store.moveIdentifiers(tx, move);
  await insertMerge(tx, { ...merge, mergeId }, now);
  for (const rehoming of rehomings) await rehoming.rehome(tx, move, now);
  const message = {
    profileId: survivor,
    topic: 'identity.profiles-merged',
    payload: {
      survivor: toPublicId('prf', survivor),
      absorbed: toPublicId('prf', absorbed),
      mergeId: toPublicId('mrg', mergeId),
    },
  };
  appendToOutbox(tx, ids, [message], now);
  // Whoever waits for changes of the one that is no more goes on with the other.
  tx.note(message.topic, [absorbed]);
  tx.note(PROFILE_CHANGED, [absorbed]);
  return mergeId;
}
