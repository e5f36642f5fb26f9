import type { JsonObject, JsonValue } from '../../../shared/json';

/** The events by which a customer decides what their data may be used for. */
export const consentEventNames = [
  'Consent Updated',
  // Source: Segment, "Consent on the Profile" (segment.com/docs/privacy/consent-management).
  'Segment Consent Preference Updated',
] as const;

/** What a consent event says of one purpose. */
export interface ConsentPreference {
  /** Trimmed and NFC. */
  readonly purpose: string;
  readonly isGranted: boolean;
}

/** Purposes of one event. */
export const PURPOSES_MAX = 50;
/** Code points; the database indexes purposes, and its index takes no long ones. */
export const PURPOSE_LENGTH_MAX = 100;

// No control or format characters, nothing unassigned and no line breaks: two purposes that look
// alike are one.
const PURPOSE_FORM = new RegExp(`^[^\\p{C}\\p{Zl}\\p{Zp}]{1,${PURPOSE_LENGTH_MAX}}$`, 'u');

/** Whether an event of this name carries a decision. */
export function isConsentEvent(name: string): boolean {
  return consentEventNames.some((known) => known === name);
}

/**
 * Reads the properties of a consent event: `categoryPreferences`, an object of 1 to 50 purposes
 * (1 to 100 printable characters, trimmed and NFC), each true or false. Where two spellings of one
 * purpose disagree, the refusal holds.
 */
export function readConsentPreferences(
  properties: JsonObject,
): readonly ConsentPreference[] | { readonly fault: string } {
  const told = properties['categoryPreferences'];
  if (!isObject(told)) {
    return { fault: 'categoryPreferences must be an object of purposes, each true or false.' };
  }
  const entries = Object.entries(told);
  if (entries.length === 0 || entries.length > PURPOSES_MAX) {
    return { fault: `categoryPreferences must have 1 to ${PURPOSES_MAX} purposes.` };
  }
  const preferences = new Map<string, boolean>();
  for (const [name, isGranted] of entries) {
    const purpose = name.trim().normalize('NFC');
    if (!PURPOSE_FORM.test(purpose)) {
      return { fault: `A purpose must be 1 to ${PURPOSE_LENGTH_MAX} printable characters.` };
    }
    if (typeof isGranted !== 'boolean') {
      return { fault: 'Each purpose must be true (granted) or false (denied).' };
    }
    preferences.set(purpose, isGranted && preferences.get(purpose) !== false);
  }
  return [...preferences].map(([purpose, isGranted]) => ({ purpose, isGranted }));
}

/** A decision adds nothing but activity to its day; or why it cannot be taken. */
export function consentSignals(
  properties: JsonObject,
): Readonly<Record<string, never>> | { readonly fault: string } {
  const preferences = readConsentPreferences(properties);
  return 'fault' in preferences ? preferences : {};
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
