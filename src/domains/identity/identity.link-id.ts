import { InvalidInput } from '../../shared/errors';
import { fromPublicId, type IdentifierId, toPublicId } from '../../shared/ids';
import type { Link } from './identity.model';

const HEX_DIGITS = 32;

/** A link is named by its two ends: `lnk_` and 64 hexadecimal digits. Opaque to clients. */
export function toLinkId({ identifierId, linkedIdentifierId }: Link): string {
  return toPublicId('lnk', `${identifierId}${linkedIdentifierId}`);
}

/**
 * The ends of a link, from its public id.
 * @throws InvalidInput when the text is not the id of a link
 */
export function fromLinkId(text: string): readonly [IdentifierId, IdentifierId] {
  const hex = text.startsWith('lnk_') ? text.slice('lnk_'.length) : '';
  try {
    return [
      fromPublicId<IdentifierId>('lnk', `lnk_${hex.slice(0, HEX_DIGITS)}`),
      fromPublicId<IdentifierId>('lnk', `lnk_${hex.slice(HEX_DIGITS)}`),
    ];
  } catch {
    throw new InvalidInput(`Not a valid id: it must look like lnk_ and ${2 * HEX_DIGITS} digits.`, {
      expectedPrefix: 'lnk',
    });
  }
}
