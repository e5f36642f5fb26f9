import { type Database, liftStatementTimeout, type Tx } from '../../../platform/database/database';
import type { Clock } from '../../../shared/clock';
import { dayOf } from '../../../shared/days';
import type { ProfileId } from '../../../shared/ids';
import {
  countEvaluated,
  findDays,
  findEvaluatedAfter,
  findPackedDays,
  findPackedDaysBetween,
  type PackedDays,
} from '../../activity';
import { History } from '../facts/history';
import { type LifecycleModelDocument, modelOf } from '../models/model';
import { isModelName, readModelDocument } from '../models/model-document';
import { findLatestCalibration } from '../stage/calibration.store';
import { type CompiledModel, compileModel } from '../stage/compiled';
import { rulingAt } from '../stage/ruling';
import type { LifecycleRulings } from '../stage/rulings';
import { evaluate } from '../stage/stage.rules';
import { type Move, type PreviewCell, PreviewMatrix } from './preview.rules';
import * as store from './preview.store';
import { historyOf } from './rollout.rules';
import {
  decisionsOf,
  nextSince,
  nextVersion,
  presetDocument,
  versionInForce,
} from './versions.rules';
import { type LifecycleModelRefusal, refused } from './versions.service';
import { countVersions, findDecisions, findVersion } from './versions.store';

/** Read at a time: what a preview holds in memory. */
const PAGE = 1_000;

/** So that their ids fit into memory many times over. */
export const SAMPLE_MAX = 100_000;

export const EXAMPLES_MAX = 20;

/** What is tried: a document under a name, or a version of it. */
export interface Trial {
  readonly name: string;
  readonly document: unknown;
  /** Null where the document is tried. */
  readonly version: number | null;
  /** How many customers; null for all. */
  readonly sample: number | null;
  /** Of each cell. */
  readonly examples: number;
}

export interface Preview {
  /** As of when: an activation right then would do the same. */
  readonly asOf: Date;
  /** Those looked at who have a stage. */
  readonly customers: number;
  /** Part of all profiles that was looked at, 0 … 1. */
  readonly share: number;
  readonly moved: number;
  readonly atRiskBefore: number;
  readonly atRiskAfter: number;
  readonly cells: readonly PreviewCell[];
  readonly tookMs: number;
}

export type PreviewOutcome =
  | { readonly kind: 'DONE'; readonly preview: Preview }
  | { readonly kind: 'NOT_FOUND' }
  | { readonly kind: 'REFUSED'; readonly refusal: LifecycleModelRefusal }
  | { readonly kind: 'INVALID'; readonly faults: readonly string[] };

/** Tells who would move if a version were activated. Writes nothing. One at a time. */
export class LifecyclePreviews {
  constructor(
    private readonly database: Database,
    private readonly rulings: LifecycleRulings,
    private readonly clock: Clock,
  ) {}

  async run(trial: Trial): Promise<PreviewOutcome> {
    if (!isModelName(trial.name)) return { kind: 'NOT_FOUND' };
    if (trial.version !== null) return this.preview(trial, null);
    const read = readModelDocument(trial.document);
    if (!read.valid) return { kind: 'INVALID', faults: read.faults };
    return this.preview(trial, read.document);
  }

  private preview(trial: Trial, document: LifecycleModelDocument | null): Promise<PreviewOutcome> {
    return this.database.transaction(async (tx): Promise<PreviewOutcome> => {
      await store.readAsOfNow(tx);
      if (!(await store.tryHoldPreviews(tx))) return refused('PREVIEW_RUNNING');
      await liftStatementTimeout(tx);
      const begunAt = this.clock.now();
      const change = await this.changeOf(tx, trial, document, begunAt);
      if (change === null) return { kind: 'NOT_FOUND' };
      const matrix = new PreviewMatrix(trial.examples);
      const all = await countEvaluated(tx);
      let seen = 0;
      for await (const page of pagesOf(tx, trial.sample)) {
        seen += page.profileIds.length;
        await addPage(tx, matrix, page.days, change);
      }
      const { customers, moved, atRiskBefore, atRiskAfter } = matrix;
      const stages = ({ model }: CompiledModel) => model.stages.map(({ name }) => name);
      const preview: Preview = {
        asOf: change.at,
        customers,
        share: all === 0 ? 1 : seen / all,
        moved,
        atRiskBefore,
        atRiskAfter,
        cells: matrix.cells(stages(change.before), stages(change.after)),
        tookMs: this.clock.now().getTime() - begunAt.getTime(),
      };
      return { kind: 'DONE', preview };
    });
  }

  /** Null where there is no such version. */
  private async changeOf(
    tx: Tx,
    { name, version }: Trial,
    document: LifecycleModelDocument | null,
    now: Date,
  ): Promise<Change | null> {
    const recorded = (await findDecisions(tx, [name])).get(name) ?? [];
    const { defaultModel } = this.rulings;
    const decisions = decisionsOf(name, defaultModel.name, recorded);
    const at = nextSince(recorded, now);
    const inForce = await this.rulings.inForce(tx);
    const current = inForce.get(name) ?? inForce.get(defaultModel.name) ?? [];
    const before = rulingAt(current, at).compiled;
    // To activate what is in force changes nothing, not even the calibration.
    if (version !== null && version === versionInForce(decisions)) {
      return { at, before, after: before };
    }
    const tried = document ?? (await documentOf(tx, name, version ?? 0));
    if (tried === null) return null;
    const number = version ?? nextVersion(name, (await countVersions(tx, name)).highest);
    const calibration = await findLatestCalibration(tx);
    return { at, before, after: compileModel(modelOf(name, number, tried), calibration) };
  }
}

/** What would be changed, and when. */
interface Change {
  readonly at: Date;
  readonly before: CompiledModel;
  readonly after: CompiledModel;
}

async function documentOf(
  tx: Tx,
  name: string,
  version: number,
): Promise<LifecycleModelDocument | null> {
  const saved = await findVersion(tx, { name, version });
  if (saved !== null) return saved.document;
  return version === 1 ? presetDocument(name) : null;
}

interface Page {
  readonly profileIds: readonly ProfileId[];
  readonly days: readonly PackedDays[];
}

async function* pagesOf(tx: Tx, sample: number | null): AsyncGenerator<Page> {
  if (sample !== null) {
    const sampled = await store.findSample(tx, sample);
    for (let start = 0; start < sampled.length; start += PAGE) {
      const profileIds = sampled.slice(start, start + PAGE);
      yield { profileIds, days: await findPackedDays(tx, profileIds) };
    }
    return;
  }
  let after: ProfileId | null = null;
  for (;;) {
    const profileIds: ProfileId[] = await findEvaluatedAfter(tx, {
      after,
      share: 1,
      limit: PAGE,
    });
    const [first, last] = [profileIds[0], profileIds.at(-1)];
    if (first === undefined || last === undefined) return;
    yield { profileIds, days: await findPackedDaysBetween(tx, first, last) };
    after = last;
  }
}

async function addPage(
  tx: Tx,
  matrix: PreviewMatrix,
  page: readonly PackedDays[],
  { at, before, after }: Change,
): Promise<void> {
  const late: ProfileId[] = [];
  for (const packed of page) {
    // Of a day that begins after that instant nothing is seen yet, and packed days tell no instants.
    if (packed.lastBeginsAtMs > at.getTime()) {
      late.push(packed.profileId);
      continue;
    }
    const history = historyOf(packed, before.measures);
    history.today = dayOf(at);
    addTo(matrix, packed.profileId, history, before, after);
  }
  if (late.length === 0) return;
  const days = await findDays(tx, late);
  for (const [profileId, ofProfile] of days) {
    addTo(matrix, profileId, History.at(ofProfile, before.measures, at), before, after);
  }
}

function addTo(
  matrix: PreviewMatrix,
  profileId: ProfileId,
  history: History,
  before: CompiledModel,
  after: CompiledModel,
): void {
  if (history.isBegun) matrix.add(profileId, moveOf(history, before, after));
}

function moveOf(history: History, before: CompiledModel, after: CompiledModel): Move {
  const now = evaluate(history, before);
  history.measureBy(after.measures);
  const then = evaluate(history, after);
  return {
    from: now.stage,
    to: then.stage,
    wasAtRisk: now.warning !== null,
    isAtRisk: then.warning !== null,
  };
}
