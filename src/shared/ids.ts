import type { Brand } from './brand';
import { InvalidInput } from './errors';
import { newUuid } from './uuid';

/** Inside the system ids are UUIDs (version 7: they sort by the time they were made). */
export type ProfileId = Brand<string, 'ProfileId'>;
export type IdentifierId = Brand<string, 'IdentifierId'>;
export type EventId = Brand<string, 'EventId'>;
export type QuarantineId = Brand<string, 'QuarantineId'>;

/** Where new ids come from. Passed in, so that tests can make them predictable. */
export interface IdSource {
  next<Id extends string>(): Id;
}

export const uuidSource: IdSource = {
  next: <Id extends string>() => newUuid() as Id,
};

/** What a public id names; the prefix makes ids readable in logs and impossible to mix up. */
export type IdPrefix =
  | 'prf'
  | 'evt'
  | 'dup'
  | 'qtn'
  | 'lnk'
  | 'mrg'
  | 'unm'
  | 'txn'
  | 'lot'
  | 'fbk'
  | 'ref'
  | 'key'
  | 'src'
  | 'wky'
  | 'trn'
  | 'sch'
  | 'lcm';

/** The form in which ids leave the API, e.g. `prf_0197…` (32 hexadecimal digits). Opaque to clients. */
export function toPublicId(prefix: IdPrefix, id: string): string {
  return `${prefix}_${id.replaceAll('-', '')}`;
}

/**
 * Reads a public id back.
 * @throws InvalidInput when the text is not an id of that kind
 */
export function fromPublicId<Id extends string>(prefix: IdPrefix, text: string): Id {
  const id = readPublicId<Id>(prefix, text);
  if (id === null) {
    throw new InvalidInput(
      `Not a valid id: it must look like ${prefix}_ and 32 hexadecimal digits.`,
      {
        expectedPrefix: prefix,
      },
    );
  }
  return id;
}

/** Reads a public id back; null when the text is not an id of that kind. */
export function readPublicId<Id extends string>(prefix: IdPrefix, text: string): Id | null {
  const hex = text.startsWith(`${prefix}_`) ? text.slice(prefix.length + 1) : '';
  const groups = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(hex);
  return groups === null ? null : (groups.slice(1).join('-') as Id);
}

/** The id of what two others make up, e.g. `lnk_` and 64 hexadecimal digits. Opaque to clients. */
export function toPublicPairId(prefix: IdPrefix, [one, other]: readonly [string, string]): string {
  return toPublicId(prefix, `${one}${other}`);
}

/**
 * Reads the public id of a pair back.
 * @throws InvalidInput when the text is not an id of that kind
 */
export function fromPublicPairId<Id extends string>(
  prefix: IdPrefix,
  text: string,
): readonly [Id, Id] {
  const [, one, other] = /^[a-z]{3}_([0-9a-f]{32})([0-9a-f]{32})$/.exec(text) ?? [];
  if (!text.startsWith(`${prefix}_`) || one === undefined || other === undefined) {
    throw new InvalidInput(
      `Not a valid id: it must look like ${prefix}_ and 64 hexadecimal digits. Use it as it came.`,
      { expectedPrefix: prefix },
    );
  }
  return [fromPublicId(prefix, `${prefix}_${one}`), fromPublicId(prefix, `${prefix}_${other}`)];
}
