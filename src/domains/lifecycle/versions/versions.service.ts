import type { Database, Tx } from '../../../platform/database/database';
import type { Clock } from '../../../shared/clock';
import type { IdSource } from '../../../shared/ids';
import { REASON_LENGTH_MAX, type ReasonFault, reasonFault } from '../../../shared/reason';
import type { LifecycleModelDocument } from '../models/model';
import { isModelName, readModelDocument } from '../models/model-document';
import { findLatestCalibrationId } from '../stage/calibration.store';
import { addRulings, holdRulings, type NewRuling } from '../stage/rulings.store';
import {
  type Decision,
  decisionsOf,
  FROM_THE_BEGINNING,
  nextSince,
  nextVersion,
  presetDocument,
  versionBefore,
  versionInForce,
} from './versions.rules';
import * as store from './versions.store';

/** Versions saved of all models together: nothing of them is ever deleted. */
const VERSIONS_MAX = 10_000;

/** Every evaluation reckons with each model in use. */
const MODELS_IN_USE_MAX = 16;

/** Why something with models is refused. Names are part of the API for ever. */
export type LifecycleModelFault =
  | ReasonFault
  | 'INVALID_NAME'
  | 'TOO_MANY_VERSIONS'
  | 'TOO_MANY_MODELS'
  | 'NOT_IN_USE'
  | 'NOTHING_BEFORE'
  | 'DEFAULT_MODEL'
  | 'NOTHING_TO_PROPOSE'
  | 'TOO_FEW_CUSTOMERS'
  | 'PREVIEW_RUNNING';

export interface LifecycleModelRefusal {
  readonly fault: LifecycleModelFault;
  readonly message: string;
}

export type VersionOutcome =
  | { readonly kind: 'DONE'; readonly name: string; readonly version: number }
  | { readonly kind: 'NOT_FOUND' }
  | { readonly kind: 'REFUSED'; readonly refusal: LifecycleModelRefusal };

export type SaveOutcome =
  | VersionOutcome
  | { readonly kind: 'INVALID'; readonly faults: readonly string[] };

/** A version to be saved. */
export interface Draft {
  readonly name: string;
  readonly document: unknown;
  /** Why there is this version; empty where nobody says. */
  readonly note: string;
}

/** Operators change what stages are decided by: new versions, and which of them is in force. */
export class LifecycleVersionService {
  /** @param defaultName the model that is in force where nobody has decided anything */
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    private readonly defaultName: string,
  ) {}

  /**
   * Saves a version as a draft. What a version says never changes; the same once more as what was
   * saved last is that version.
   * @param actor who says so, e.g. `key:crm`
   */
  async save(draft: Draft, actor: string): Promise<SaveOutcome> {
    const read = readDraft(draft);
    if (read.kind !== 'READ') return read;
    return this.database.transaction((tx) => this.put(tx, read, actor));
  }

  /** Like `save`, in a transaction of the caller's. */
  async saveIn(tx: Tx, draft: Draft, actor: string): Promise<SaveOutcome> {
    const read = readDraft(draft);
    return read.kind === 'READ' ? this.put(tx, read, actor) : read;
  }

  /**
   * Lets a version decide from now on. The past stays as it was decided; of a model that was never
   * in use the first version holds from the beginning. The one in force already stays as it is.
   */
  activate(name: string, version: number, reason: string, actor: string): Promise<VersionOutcome> {
    return this.rule(name, reason, actor, async (tx, decisions) => {
      const isThere = await this.isThere(tx, name, version);
      return isThere ? this.allow(tx, decisions, version) : { kind: 'NOT_FOUND' };
    });
  }

  /** Lets the version decide that did before the one in force; of a retired model, the last one. */
  rollBack(name: string, reason: string, actor: string): Promise<VersionOutcome> {
    return this.rule(name, reason, actor, async (tx, decisions) => {
      if (decisions.length === 0) return refused('NOT_IN_USE');
      const version = versionBefore(decisions);
      return version === null ? refused('NOTHING_BEFORE') : this.allow(tx, decisions, version);
    });
  }

  /** Takes a model out of use: nobody has a stage under it any more, and its histories stay. */
  retire(name: string, reason: string, actor: string): Promise<VersionOutcome> {
    return this.rule(name, reason, actor, async (_, decisions) => {
      if (name === this.defaultName) return refused('DEFAULT_MODEL');
      return versionInForce(decisions) === null ? refused('NOT_IN_USE') : null;
    });
  }

  private async put(
    tx: Tx,
    { name, document, note }: ReadDraft,
    actor: string,
  ): Promise<SaveOutcome> {
    await store.holdVersions(tx);
    const { all, highest } = await store.countVersions(tx, name);
    const isSaved = await store.saysTheSame(tx, { name, version: highest, document, note });
    if (isSaved) return { kind: 'DONE', name, version: highest };
    if (all >= VERSIONS_MAX) return refused('TOO_MANY_VERSIONS');
    const version = nextVersion(name, highest);
    const createdAt = this.clock.now();
    await store.insertVersion(tx, { name, version, document, note, createdBy: actor, createdAt });
    return { kind: 'DONE', name, version };
  }

  /**
   * @param decide the version that is to decide from now on, null for none, or why it is refused;
   *   what is decided already is not decided again
   */
  private async rule(
    name: string,
    givenReason: string,
    actor: string,
    decide: (tx: Tx, decisions: readonly Decision[]) => Promise<number | VersionOutcome | null>,
  ): Promise<VersionOutcome> {
    const reason = givenReason.trim();
    const fault = reasonFault(reason);
    if (fault !== null) return refused(fault);
    if (!isModelName(name)) return { kind: 'NOT_FOUND' };
    return this.database.transaction(async (tx) => {
      await holdRulings(tx);
      const recorded = (await store.findDecisions(tx, [name])).get(name) ?? [];
      const decisions = decisionsOf(name, this.defaultName, recorded);
      const current = versionInForce(decisions);
      const decided = await decide(tx, decisions);
      if (decided !== null && typeof decided === 'object') return decided;
      const told = decided ?? current;
      if (told === null) throw new Error('A model that is not in use cannot be taken out of it.');
      if (decided !== current) await this.add(tx, name, recorded, decided, reason, actor);
      return { kind: 'DONE', name, version: told };
    });
  }

  private async add(
    tx: Tx,
    name: string,
    recorded: readonly Decision[],
    version: number | null,
    note: string,
    actor: string,
  ): Promise<void> {
    const now = this.clock.now();
    const calibrationId = version === null ? null : await findLatestCalibrationId(tx);
    const shared = { model: name, recordedBy: actor };
    const rulings: NewRuling[] = [];
    if (recorded.length === 0 && name === this.defaultName) {
      // So that what was decided before anybody said so stays as it was.
      const since = FROM_THE_BEGINNING;
      rulings.push({
        ...shared,
        rulingId: this.ids.next(),
        since,
        version: 1,
        calibrationId: null,
        note: null,
      });
    }
    rulings.push({
      ...shared,
      rulingId: this.ids.next(),
      since: nextSince(recorded, now),
      version,
      calibrationId,
      note,
    });
    await addRulings(tx, rulings, now);
  }

  private async isThere(tx: Tx, name: string, version: number): Promise<boolean> {
    if (version === 1 && presetDocument(name) !== null) return true;
    return (await store.findVersion(tx, { name, version })) !== null;
  }

  private async allow(
    tx: Tx,
    decisions: readonly Decision[],
    version: number,
  ): Promise<number | VersionOutcome> {
    if (versionInForce(decisions) !== null) return version;
    const inUse = new Set([...(await store.findModelsInUse(tx)), this.defaultName]);
    return inUse.size >= MODELS_IN_USE_MAX ? refused('TOO_MANY_MODELS') : version;
  }
}

interface ReadDraft {
  readonly kind: 'READ';
  readonly name: string;
  readonly document: LifecycleModelDocument;
  readonly note: string | null;
}

function readDraft({ name, document, note: given }: Draft): ReadDraft | SaveOutcome {
  const note = given.trim();
  if (!isModelName(name)) return refused('INVALID_NAME');
  const fault = note === '' ? null : reasonFault(note);
  if (fault !== null) return refused(fault);
  const read = readModelDocument(document);
  if (!read.valid) return { kind: 'INVALID', faults: read.faults };
  return { kind: 'READ', name, document: read.document, note: note === '' ? null : note };
}

const messages: Readonly<Record<LifecycleModelFault, string>> = {
  REASON_MISSING: 'Say why.',
  REASON_TOO_LONG: `At most ${REASON_LENGTH_MAX} characters say why.`,
  MALFORMED_TEXT: 'The text holds U+0000 or half a surrogate pair.',
  INVALID_NAME: 'A name is lower-case letters, digits and hyphens, 64 at most.',
  TOO_MANY_VERSIONS: `At most ${VERSIONS_MAX} versions are kept.`,
  TOO_MANY_MODELS: `At most ${MODELS_IN_USE_MAX} models are in use at once. Retire one.`,
  NOT_IN_USE: 'The model is not in use.',
  NOTHING_BEFORE: 'No other version of the model was ever in force.',
  NOTHING_TO_PROPOSE: 'Customers live as they did, to within a twentieth.',
  TOO_FEW_CUSTOMERS: 'Too few customers came or bought often enough to tell.',
  PREVIEW_RUNNING: 'Another preview is running. Try again when it has ended.',
  DEFAULT_MODEL: 'The default model cannot be retired. Activate another version of it.',
};

export function refused(fault: LifecycleModelFault): {
  readonly kind: 'REFUSED';
  readonly refusal: LifecycleModelRefusal;
} {
  return { kind: 'REFUSED', refusal: { fault, message: messages[fault] } };
}
