import type { Sql } from '../../../platform/database/database';
import type { PageRange } from '../../../platform/database/keyset';
import type { BatchLoad } from '../../../platform/graphql/context';
import type { LifecycleModelDocument } from '../models/model';
import { presetOf, presets } from '../models/presets';
import {
  decisionsOf,
  type LifecycleModelStatus,
  presetDocument,
  standingOf,
  versionInForce,
} from './versions.rules';
import * as store from './versions.store';

/** A version of a model, a preset's or one that somebody saved. */
export interface LifecycleVersion {
  readonly name: string;
  readonly version: number;
  readonly document: LifecycleModelDocument;
  readonly note: string | null;
  /** Null where it is a preset's. */
  readonly savedBy: string | null;
  readonly savedAt: Date | null;
  readonly status: LifecycleModelStatus;
  readonly inForceSince: Date | null;
  readonly isDefault: boolean;
}

type Unjudged = Omit<LifecycleVersion, 'status' | 'inForceSince' | 'isDefault'>;

export class LifecycleVersionReads {
  constructor(
    private readonly sql: Sql,
    private readonly defaultName: string,
  ) {}

  /** Null where there is none. */
  async find(name: string, version: number): Promise<LifecycleVersion | null> {
    const [found] = await this.byText([versionText({ name, version })]);
    return found ?? null;
  }

  /** By `versionText`; null where there is none. */
  readonly byText: BatchLoad<string, LifecycleVersion | null> = async (texts) => {
    const keys = texts.map(readVersionText);
    const saved = await store.findSaved(this.sql, keys);
    const savedByText = new Map(saved.map((one) => [versionText(one), savedVersion(one)]));
    // What was saved under a name before a preset had it is what decides.
    const found = keys.map(
      (key) =>
        savedByText.get(versionText(key)) ?? (key.version === 1 ? presetVersion(key.name) : null),
    );
    const judged = await this.judge(found.filter((one) => one !== null));
    const byText = new Map(judged.map((one) => [versionText(one), one]));
    return texts.map((text) => byText.get(text) ?? null);
  };

  /** The version in force; null where the model is not in use. */
  async findInForce(name: string): Promise<LifecycleVersion | null> {
    const decisions = await store.findDecisionsOf(this.sql, name, this.defaultName);
    const version = versionInForce(decisions);
    return version === null ? null : this.find(name, version);
  }

  /** By name, the highest version first within one; presets among them. */
  async findPage(
    name: string | null,
    range: PageRange<store.VersionKey>,
  ): Promise<readonly LifecycleVersion[]> {
    const { after, before, limit, isBackward } = range;
    const saved = await store.findVersions(this.sql, name, range);
    const ofPresets = presets
      .filter((preset) => name === null || preset.name === name)
      .filter((preset) => after === null || inOrder(after, preset) < 0)
      .filter((preset) => before === null || inOrder(preset, before) < 0)
      .filter((preset) => saved.every((one) => inOrder(one, preset) !== 0))
      .flatMap((preset) => presetVersion(preset.name) ?? []);
    const both = [...saved.map(savedVersion), ...ofPresets].sort(inOrder);
    return this.judge(isBackward ? both.slice(-limit) : both.slice(0, limit));
  }

  private async judge(versions: readonly Unjudged[]): Promise<LifecycleVersion[]> {
    const names = [...new Set(versions.map(({ name }) => name))];
    const decisions = await store.findDecisions(this.sql, names);
    return versions.map((one) => {
      const recorded = decisions.get(one.name) ?? [];
      const standing = standingOf(one.version, decisionsOf(one.name, this.defaultName, recorded));
      return { ...one, ...standing, isDefault: one.name === this.defaultName };
    });
  }
}

/** A version as one text, by which what is asked for twice is told. */
export function versionText({ name, version }: store.VersionKey): string {
  return `${name} ${version}`;
}

export function readVersionText(text: string): store.VersionKey {
  const end = text.lastIndexOf(' ');
  return { name: text.slice(0, end), version: Number(text.slice(end)) };
}

function inOrder(left: store.VersionKey, right: store.VersionKey): number {
  if (left.name !== right.name) return left.name < right.name ? -1 : 1;
  return right.version - left.version;
}

function presetVersion(name: string): Unjudged | null {
  const preset = presetOf(name);
  const document = presetDocument(name);
  if (preset === null || document === null) return null;
  const { version } = preset;
  return { name, version, document, note: null, savedBy: null, savedAt: null };
}

function savedVersion({ createdBy, createdAt, ...saved }: store.SavedVersion): Unjudged {
  return { ...saved, savedBy: createdBy, savedAt: createdAt };
}
