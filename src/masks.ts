import {
  type IdentityPolicy,
  MASK,
  maskIdentifier,
  maskName,
  maskProperties,
  maskText,
  maskTraits,
} from './domains/identity';
import { maskPayload, maskSentEvent } from './domains/quarantine';
import type { Mask } from './platform/auth/disguise';
import type { JsonObject } from './shared/json';

/** How each kind of personal data is masked, by the names that the table of fields gives. */
export function masksOf(policy: IdentityPolicy): Readonly<Record<string, Mask>> {
  return {
    IDENTIFIER: ofText(maskIdentifier),
    NAME: ofText(maskName),
    TEXT: ofText(maskText),
    TRAITS: ofObject((traits) => maskTraits(traits, policy.traitMasking)),
    PROPERTIES: ofObject((properties) => maskProperties(properties, policy.propertyMasking)),
    SENT_EVENT: ofObject((event) => maskSentEvent(event, policy)),
    PAYLOAD: ofText((payload) => maskPayload(payload, policy)),
  };
}

/** What is not of the kind that was expected is not shown at all. */
function ofText(mask: (text: string) => string): Mask {
  return (value) => (typeof value === 'string' ? mask(value) : MASK);
}

function ofObject(mask: (object: JsonObject) => JsonObject): Mask {
  return (value) =>
    typeof value === 'object' && !Array.isArray(value) ? mask(value as JsonObject) : {};
}
