import { fromPublicPairId, type IdentifierId, toPublicPairId } from '../../shared/ids';
import type { Link } from './identity.model';

/** A link is named by its two ends. */
export function toLinkId({ identifierId, linkedIdentifierId }: Link): string {
  return toPublicPairId('lnk', [identifierId, linkedIdentifierId]);
}

/**
 * The ends of a link, from its public id.
 * @throws InvalidInput when the text is not the id of a link
 */
export function fromLinkId(text: string): readonly [IdentifierId, IdentifierId] {
  return fromPublicPairId<IdentifierId>('lnk', text);
}
