import type { LifecycleModelDocument } from '../models/model';
import { presetOf } from '../models/presets';
import { sinceAfter } from '../stage/ruling';

/** What a version of a model is good for now. */
export type LifecycleModelStatus = 'DRAFT' | 'IN_FORCE' | 'SUPERSEDED' | 'RETIRED';

/** Which version of a model decides from when on; null where the model is not in use from then. */
export interface Decision {
  readonly since: Date;
  readonly version: number | null;
}

/** The first ruling of a model that was in force before anybody decided so. */
export const FROM_THE_BEGINNING = new Date(0);

/** @param decisions those recorded of the model, by time */
export function decisionsOf(
  name: string,
  defaultName: string,
  decisions: readonly Decision[],
): readonly Decision[] {
  // Where nobody has decided anything the default model is in force, as its preset has it.
  if (decisions.length > 0 || name !== defaultName) return decisions;
  return [{ since: FROM_THE_BEGINNING, version: 1 }];
}

export interface Standing {
  readonly status: LifecycleModelStatus;
  /** Null where it is not in force, or has been from the beginning. */
  readonly inForceSince: Date | null;
}

/** @param decisions of the version's model, by time */
export function standingOf(version: number, decisions: readonly Decision[]): Standing {
  const last = decisions.findLastIndex((decision) => decision.version === version);
  if (last === -1) return { status: 'DRAFT', inForceSince: null };
  const later = decisions.slice(last + 1);
  if (later.length === 0) return { status: 'IN_FORCE', inForceSince: beginOf(version, decisions) };
  const isRetired = later.every((decision) => decision.version === null);
  return { status: isRetired ? 'RETIRED' : 'SUPERSEDED', inForceSince: null };
}

/**
 * Since when the version in force has been: a calibration renews a ruling, and the first of them in
 * a row counts. Null where that was the beginning.
 */
export function beginOf(version: number, decisions: readonly Decision[]): Date | null {
  const other = decisions.findLastIndex((decision) => decision.version !== version);
  const since = decisions[other + 1]?.since ?? FROM_THE_BEGINNING;
  return since.getTime() === FROM_THE_BEGINNING.getTime() ? null : since;
}

/** The version in force now; null where the model is not in use. */
export function versionInForce(decisions: readonly Decision[]): number | null {
  return decisions.at(-1)?.version ?? null;
}

/** The version that was in force before the one that is now; null where there was none. */
export function versionBefore(decisions: readonly Decision[]): number | null {
  const current = versionInForce(decisions);
  const before = decisions.findLast(({ version }) => version !== null && version !== current);
  return before?.version ?? null;
}

/** From when on a new ruling decides. */
export function nextSince(decisions: readonly Decision[], now: Date): Date {
  const last = decisions.at(-1)?.since;
  return last === undefined ? now : sinceAfter(last, now);
}

/** Of a name that a preset has, the preset is version 1. */
export function nextVersion(name: string, highest: number): number {
  return Math.max(highest, presetOf(name) === null ? 0 : 1) + 1;
}

/** What a preset says, without what it is called. */
export function presetDocument(name: string): LifecycleModelDocument | null {
  const preset = presetOf(name);
  if (preset === null) return null;
  const { name: _, version: __, ...document } = preset;
  return document;
}
