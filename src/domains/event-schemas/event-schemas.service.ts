import { isDeepStrictEqual } from 'node:util';
import type { Database, Tx } from '../../platform/database/database';
import type { Clock } from '../../shared/clock';
import { isStorable, type JsonObject } from '../../shared/json';
import { defaultEventLimits } from '../events';
import type {
  EventSchemaFault,
  EventSchemaRefusal,
  EventSchemaRow,
  SchemaEnforcement,
  SchemaFault,
} from './event-schemas.model';
import * as store from './event-schemas.store';
import { compileSchema, isCompiled } from './event-schemas.validation.rules';

export const VERSION_MAX = 1_000_000;

const NAME_LENGTH_MAX = defaultEventLimits.nameLengthMax;

/** Versions of all names that are not retired: every process keeps those that events come for. */
const SCHEMAS_MAX = 1_000;

export interface Registration {
  readonly name: string;
  /** Null for the one after the highest there is. */
  readonly version: number | null;
  readonly schema: JsonObject;
  readonly enforcement: SchemaEnforcement;
  /** Whether events are judged by it from now on. */
  readonly isActivated: boolean;
}

export type SchemaOutcome =
  | { readonly kind: 'DONE'; readonly schema: EventSchemaRow }
  | { readonly kind: 'NOT_FOUND' }
  | { readonly kind: 'REFUSED'; readonly refusal: EventSchemaRefusal };

/** Operators say what events look like. */
export class EventSchemaService {
  /** @param onChange told after every change, when it can be read */
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly onChange: () => void,
  ) {}

  /**
   * Adds a version. What a version says never changes: registered again with the same content it is
   * given back, with other content it is refused.
   * @param actor who says so, e.g. `key:data-team`
   */
  async register(asked: Registration, actor: string): Promise<SchemaOutcome> {
    const refusal = findFormFault(asked);
    if (refusal !== null) return { kind: 'REFUSED', refusal };
    const compiled = compileSchema(asked.schema);
    if (!isCompiled(compiled)) return { kind: 'REFUSED', refusal: compiled };
    const schema = compiled.document;
    return this.change(async (tx) => {
      const { name, enforcement } = asked;
      const { inUse, highest } = await store.countSchemas(tx, name);
      const version = asked.version ?? highest + 1;
      const known = await store.findSchema(tx, name, version);
      if (known !== null) {
        const isSame =
          isDeepStrictEqual(known.schema, schema) &&
          (known.enforcement === enforcement || asked.isActivated);
        if (!isSame) return refused('VERSION_TAKEN');
        if (known.retiredAt !== null) return refused('RETIRED');
      } else {
        if (version > VERSION_MAX) return refused('INVALID_VERSION');
        if (inUse >= SCHEMAS_MAX) return refused('TOO_MANY_SCHEMAS');
        const added = { name, version, schema, enforcement, actor };
        await store.insertSchema(tx, added, this.clock.now());
      }
      if (asked.isActivated) await this.activateIn(tx, name, version, enforcement, actor);
      return found(tx, name, version);
    });
  }

  /**
   * Judges the events of a name that name no version by this one from now on.
   * @param enforcement null leaves it as it is
   */
  activate(
    name: string,
    version: number,
    enforcement: SchemaEnforcement | null,
    actor: string,
  ): Promise<SchemaOutcome> {
    return this.change(async (tx) => {
      const known = await store.findSchema(tx, name, version);
      if (known === null) return { kind: 'NOT_FOUND' };
      if (known.retiredAt !== null) return refused('RETIRED');
      await this.activateIn(tx, name, version, enforcement ?? known.enforcement, actor);
      return found(tx, name, version);
    });
  }

  /** Judges nothing by this version any more. It stays on record, and so do its violations. */
  retire(name: string, version: number, actor: string): Promise<SchemaOutcome> {
    return this.change(async (tx) => {
      await store.retireSchema(tx, name, version, actor, this.clock.now());
      return found(tx, name, version);
    });
  }

  private activateIn(
    tx: Tx,
    name: string,
    version: number,
    enforcement: SchemaEnforcement,
    actor: string,
  ): Promise<void> {
    return store.activateSchema(tx, name, version, enforcement, actor, this.clock.now());
  }

  private async change(work: (tx: Tx) => Promise<SchemaOutcome>): Promise<SchemaOutcome> {
    const outcome = await this.database.transaction(async (tx) => {
      await store.lockSchemas(tx);
      return work(tx);
    });
    this.onChange();
    return outcome;
  }
}

async function found(tx: Tx, name: string, version: number): Promise<SchemaOutcome> {
  const schema = await store.findSchema(tx, name, version);
  return schema === null ? { kind: 'NOT_FOUND' } : { kind: 'DONE', schema };
}

/** What is wrong with a request, whatever its schema. */
type FormFault = Exclude<EventSchemaFault, SchemaFault>;

const messages: Readonly<Record<FormFault, string>> = {
  INVALID_NAME: `The name of an event has 1 to ${NAME_LENGTH_MAX} characters and can be stored.`,
  INVALID_VERSION: `A version is a whole number from 1 to ${VERSION_MAX}.`,
  VERSION_TAKEN: 'This version says something else already. Register the next one.',
  RETIRED: 'This version was retired. Register another one.',
  TOO_MANY_SCHEMAS: `At most ${SCHEMAS_MAX} versions are in use at once. Retire some.`,
};

function findFormFault({ name, version }: Registration): EventSchemaRefusal | null {
  if (name.trim() === '' || name.length > NAME_LENGTH_MAX || !isStorable(name)) {
    return refusalOf('INVALID_NAME');
  }
  const isVersion = version === null || (version >= 1 && version <= VERSION_MAX);
  return isVersion ? null : refusalOf('INVALID_VERSION');
}

function refused(fault: FormFault): SchemaOutcome {
  return { kind: 'REFUSED', refusal: refusalOf(fault) };
}

function refusalOf(fault: FormFault): EventSchemaRefusal {
  return { fault, message: messages[fault], place: null };
}
