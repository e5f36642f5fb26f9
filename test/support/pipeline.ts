import {
  ActivityService,
  activityRehoming,
  type ProfileEvaluator,
} from '../../src/domains/activity';
import { EventSchemaRegistry, EventSchemaService } from '../../src/domains/event-schemas';
import {
  defaultEventLimits,
  defaultEventMap,
  EventPartitions,
  type EventProjector,
  EventService,
} from '../../src/domains/events';
import {
  defaultIdentityPolicy,
  type IdentityPolicy,
  IdentityService,
  ProfileDirectory,
  type Rehoming,
} from '../../src/domains/identity';
import type { Database } from '../../src/platform/database/database';
import { createLogger } from '../../src/platform/telemetry/logger';
import { uuidSource } from '../../src/shared/ids';
import type { TestClock } from './clock';

export interface PipelineOptions {
  readonly clock: TestClock;
  readonly rehomings?: readonly Rehoming[];
  readonly evaluators?: readonly ProfileEvaluator[];
  readonly projectors?: readonly EventProjector[];
  readonly identityPolicy?: IdentityPolicy;
}

/** The real pipeline on a test database, with as many of the other domains as a test needs. */
export function createPipeline(database: Database, options: PipelineOptions) {
  const directory = new ProfileDirectory();
  const identityPolicy = options.identityPolicy ?? defaultIdentityPolicy;
  const identity = new IdentityService(identityPolicy, {
    ids: uuidSource,
    rehomings: [activityRehoming, ...(options.rehomings ?? [])],
  });
  const activity = new ActivityService(database, options.evaluators ?? []);
  const registry = new EventSchemaRegistry(createLogger({ level: 'silent' }));
  const schemas = new EventSchemaService(database, options.clock, registry.forget);
  const events = new EventService({
    database,
    clock: options.clock,
    ids: uuidSource,
    identity,
    directory,
    activity,
    schemas: registry,
    partitions: new EventPartitions(database),
    identityPolicy,
    map: defaultEventMap({ code: 'USD', minorDigits: 2 }),
    limits: defaultEventLimits,
    projectors: options.projectors ?? [],
  });
  return { activity, directory, events, identity, schemas };
}
