import { randomBytes } from 'node:crypto';
import type { Config } from './config';
import { ActivityReads, ActivityService, activityRehoming } from './domains/activity';
import { CommunityReads, CommunityService, defaultCommunityPolicy } from './domains/community';
import { ConsentProjector, ConsentReads } from './domains/consents';
import { DirectoryReads } from './domains/directory';
import {
  DuplicateReads,
  DuplicateScan,
  DuplicateService,
  defaultDuplicatePolicy,
  requireSoundDuplicatePolicy,
} from './domains/duplicates';
import {
  EventSchemaPreviews,
  EventSchemaReads,
  EventSchemaRegistry,
  EventSchemaService,
} from './domains/event-schemas';
import {
  DayEventReads,
  defaultEventLimits,
  defaultEventMap,
  EventCountReads,
  EventLanes,
  EventPartitions,
  EventReads,
  EventRetention,
  EventService,
  PROFILE_ID_NAMESPACE,
} from './domains/events';
import {
  FeedbackProjector,
  FeedbackReads,
  FeedbackService,
  feedbackRehoming,
} from './domains/feedback';
import {
  IdentityLogReads,
  IdentityReads,
  IdentityService,
  OperatorIdentityService,
  ProfileDirectory,
} from './domains/identity';
import { ImportService } from './domains/imports';
import {
  fiveStageModel,
  LifecycleCalibrationService,
  LifecycleCalibrations,
  LifecycleEvaluator,
  LifecycleGoalReads,
  LifecycleGoalScan,
  LifecyclePreviews,
  LifecycleProposalReads,
  LifecycleProposals,
  LifecycleReads,
  LifecycleReviews,
  LifecycleRollout,
  LifecycleRolloutReads,
  LifecycleRulings,
  LifecycleScoreReads,
  LifecycleVersionReads,
  LifecycleVersionService,
  lifecycleRehoming,
  TriggerReads,
} from './domains/lifecycle';
import {
  baseTier,
  defaultLoyaltyPolicy,
  LoyaltyProjector,
  LoyaltyReads,
  LoyaltyRehoming,
  LoyaltyService,
  MembershipTierEvaluator,
  requireSoundLoyaltyPolicy,
} from './domains/loyalty';
import { MergesService } from './domains/merges';
import {
  QuarantineReads,
  QuarantineReplayService,
  QuarantineService,
  QuarantineUpkeep,
} from './domains/quarantine';
import {
  defaultReferralPolicy,
  ReferralProjector,
  ReferralReads,
  ReferralService,
  referralsRehoming,
} from './domains/referrals';
import { SegmentService } from './domains/segment';
import { SourceCallers, SourceReads, SourceService } from './domains/sources';
import { ValueEvaluator, ValueReads, ValueService, valueRehoming } from './domains/value';
import { ApiKeyService } from './platform/auth/api-key.service';
import { ApiKeyStore } from './platform/auth/api-key.store';
import type { Database, Sql } from './platform/database/database';
import type { ForeseenRun } from './platform/database/foreseen-run';
import { GatheredSql } from './platform/database/gathered-sql';
import { KnownReads } from './platform/database/known-reads';
import type { Job } from './platform/jobs/job-runner';
import { Live } from './platform/live/live';
import type { Logger } from './platform/telemetry/logger';
import type { Clock } from './shared/clock';
import { currencyOf } from './shared/currency';
import type { IdSource } from './shared/ids';

/** What the application stands on. */
export interface Ground {
  readonly config: Config;
  readonly database: Database;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export type App = ReturnType<typeof createApp>;

/** The one place where everything is wired: who is handed whom, and in which order they act. */
export function createApp(ground: Ground) {
  const { config, database, logger, clock, ids } = ground;
  const currency = currencyOf(config.currencyCode);
  const { identityPolicy } = config;
  const lifecycleRulings = new LifecycleRulings(fiveStageModel);
  const lifecycleCalibrations = new LifecycleCalibrations();
  const loyaltyPolicy = requireSoundLoyaltyPolicy(defaultLoyaltyPolicy);
  const duplicatePolicy = requireSoundDuplicatePolicy(defaultDuplicatePolicy);

  const directory = new ProfileDirectory();
  const apiKeys = new ApiKeyService(new ApiKeyStore(database), ids, clock, logger);
  const sources = new SourceService({
    database,
    ids,
    clock,
    logger,
    knownNamespaces: new Set([
      ...identityPolicy.namespaces.map(({ name }) => name),
      PROFILE_ID_NAMESPACE,
    ]),
  });
  const loyalty = new LoyaltyService(database, loyaltyPolicy, ids, clock, directory);

  // Days first: which referral stands is decided by them.
  const rehomings = [
    activityRehoming,
    lifecycleRehoming,
    valueRehoming,
    new LoyaltyRehoming(loyaltyPolicy, ids),
    referralsRehoming,
    feedbackRehoming,
  ];
  const moving = { ids, rehomings };
  const identity = new IdentityService(identityPolicy, moving);
  const activity = new ActivityService(database, [
    new LifecycleEvaluator(lifecycleRulings, ids),
    new ValueEvaluator(currency),
    new MembershipTierEvaluator(loyaltyPolicy, ids),
  ]);
  const value = new ValueService(database, ids, currency, (tx, now) =>
    activity.scheduleAll(tx, now),
  );
  const map = defaultEventMap(currency);
  const schemas = new EventSchemaRegistry(logger);
  const events = new EventService({
    database,
    clock,
    ids,
    identity,
    directory,
    activity,
    schemas,
    partitions: new EventPartitions(database),
    identityPolicy,
    map,
    limits: {
      ...defaultEventLimits,
      eventBytesMax: config.eventBytesMax,
      messageIdLengthMax: config.messageIdLengthMax,
      retentionDays: config.eventRetentionDays,
    },
    projectors: [
      new FeedbackProjector(),
      new ConsentProjector(),
      new ReferralProjector(directory, loyalty, defaultReferralPolicy),
      new LoyaltyProjector(loyalty, loyaltyPolicy),
    ],
  });

  const lanes = new EventLanes(
    (source, batch, allowed) => events.ingest(source, batch, allowed),
    identityPolicy,
  );

  const readsOver = (sql: Sql, clock: Clock) => ({
    activity: new ActivityReads(sql),
    community: new CommunityReads(sql, clock, defaultCommunityPolicy),
    consents: new ConsentReads(sql),
    directory: new DirectoryReads(sql, fiveStageModel.name, baseTier(loyaltyPolicy)),
    duplicates: new DuplicateReads(sql),
    eventCounts: new EventCountReads(sql),
    events: new EventReads(sql),
    eventSchemas: new EventSchemaReads(sql),
    feedback: new FeedbackReads(sql),
    identity: new IdentityReads(sql, identityPolicy),
    identityLog: new IdentityLogReads(sql),
    lifecycle: new LifecycleReads(sql, lifecycleRulings),
    lifecycleScores: new LifecycleScoreReads(
      sql,
      new ActivityReads(sql),
      lifecycleRulings,
      lifecycleCalibrations,
    ),
    lifecycleProposals: new LifecycleProposalReads(sql, fiveStageModel.name),
    lifecycleRollout: new LifecycleRolloutReads(sql, fiveStageModel.name),
    lifecycleVersions: new LifecycleVersionReads(sql, fiveStageModel.name),
    lifecycleGoals: new LifecycleGoalReads(sql, lifecycleRulings),
    loyalty: new LoyaltyReads(sql, loyaltyPolicy, clock),
    quarantine: new QuarantineReads(sql),
    referrals: new ReferralReads(sql),
    sources: new SourceReads(sql),
    value: new ValueReads(sql, currency),
  });
  const knownReads = new KnownReads();
  /** Whatever only reads. */
  const readingOver = (to: Database, clock: Clock) => {
    const sql = new GatheredSql(to, knownReads);
    const over = readsOver(sql, clock);
    const dayEvents = new DayEventReads(sql, map);
    return {
      reads: over,
      // By a clock that goes on: it tells how long it took.
      lifecyclePreviews: new LifecyclePreviews(to, lifecycleRulings, ground.clock),
      lifecycleTriggers: new TriggerReads(over.lifecycle, over.activity, dayEvents),
      eventSchemaPreviews: new EventSchemaPreviews(over.events),
      /** Has the reads that are begun at one moment travel together. */
      gather: (work: () => void) => sql.gather(work),
      /** Has the reads from now on be those of a run. */
      follow: (run: ForeseenRun | null) => sql.follow(run),
    };
  };
  const reading = readingOver(database, clock);
  const { reads } = reading;
  const lifecycleVersions = new LifecycleVersionService(database, clock, ids, fiveStageModel.name);
  const lifecycleProposals = new LifecycleProposals(
    database,
    lifecycleRulings,
    lifecycleVersions,
    activity,
    clock,
  );
  const duplicates = new DuplicateService(database, clock);
  const merges = new MergesService({
    database,
    clock,
    identity: new OperatorIdentityService(identityPolicy, moving, directory),
    activity,
    duplicates,
    readsOver: (sql) => readsOver(sql, clock),
  });

  return {
    ...ground,
    currency,
    lifecycleCalibration: new LifecycleCalibrationService({
      database,
      ids,
      logger,
      activity,
      rulings: lifecycleRulings,
      calibrations: lifecycleCalibrations,
    }),
    lifecycleRulings,
    activity,
    apiKeys,
    duplicateScan: new DuplicateScan(database, identityPolicy, duplicatePolicy),
    duplicates,
    events,
    eventRetention: new EventRetention(database, config.eventRetentionDays, logger),
    eventSchemas: new EventSchemaService(database, clock, schemas.forget),
    lifecycleRollout: new LifecycleRollout(database, lifecycleRulings, ids, (tx, profileIds, now) =>
      activity.evaluate(tx, profileIds, now),
    ),
    lifecycleProposals,
    lifecycleReviews: new LifecycleReviews({
      database,
      rulings: lifecycleRulings,
      proposals: lifecycleProposals,
      logger,
      driftMin: config.lifecycleDriftPercentMin / 100,
    }),
    lifecycleVersions,
    live: new Live(database, ids, logger),
    lifecycleGoalScan: new LifecycleGoalScan(database, lifecycleRulings),
    loyalty,
    merges,
    quarantine: new QuarantineService(database, clock, defaultEventLimits),
    quarantineReplay: new QuarantineReplayService(database, clock, events),
    quarantineUpkeep: new QuarantineUpkeep(database, config.quarantineRetentionDays),
    segment: new SegmentService({ events, lanes, identities: reads.identity, clock, ids }),
    sources,
    sourceCallers: new SourceCallers(sources),
    value,
    community: new CommunityService(database, clock, ids, directory, events),
    feedback: new FeedbackService(database, clock, ids, directory, events),
    imports: new ImportService(database, clock),
    referrals: new ReferralService(database, clock, ids, randomBytes, directory, events),
    ...reading,
    readingOver,
  };
}

/** Cuts the value tiers anew by the customers there are, and moves everybody whom that moves. */
export async function recalibrate({ activity, value, clock }: App): Promise<void> {
  await value.calibrate(clock.now());
  await activity.evaluateAllDue(clock.now());
}

/** What has to be done from time to time, in the order it is done. */
export function jobsOf(app: App): readonly Job[] {
  const { activity, duplicateScan, eventRetention, lifecycleRollout } = app;
  const { lifecycleGoalScan, loyalty, quarantineUpkeep, value } = app;
  const { lifecycleCalibration, lifecycleReviews } = app;
  return [
    {
      name: 'calibrate-value',
      run: async (now) => {
        if (!(await value.isCalibrationDue(now))) return 0;
        // Not 1 where nothing came of it: a round would try again at once.
        const { changed } = await value.calibrate(now);
        return changed ? 1 : 0;
      },
    },
    {
      name: 'calibrate-lifecycle',
      // Once in a round: what is due still, another process has done.
      batchesPerRoundMax: 1,
      run: async (now) => {
        if (!(await lifecycleCalibration.isDue(now))) return 0;
        return (await lifecycleCalibration.calibrate(now)) === null ? 0 : 1;
      },
    },
    { name: 'evaluate-due-profiles', run: (now) => activity.evaluateDue(now) },
    {
      name: 'roll-out-lifecycle',
      batchesPerRoundMax: ROLLOUT_BATCHES_PER_ROUND_MAX,
      run: (now) => lifecycleRollout.run(now),
    },
    {
      name: 'expire-points',
      run: (now) => loyalty.expireDue(now, EXPIRY_BATCH),
    },
    {
      // A part in each round: whoever reads before sees them settled as well.
      name: 'settle-quarantine',
      batchesPerRoundMax: 1,
      run: (now) => quarantineUpkeep.settleAccepted(now),
    },
    { name: 'clear-quarantine', run: (now) => quarantineUpkeep.deleteSettled(now) },
    { name: 'drop-old-events', run: (now) => eventRetention.dropOldest(now) },
    {
      name: 'reckon-lifecycle-goals',
      batchesPerRoundMax: GOAL_PAGES_PER_ROUND_MAX,
      run: (now) => lifecycleGoalScan.run(now),
    },
    {
      // One model in each round: it reads some ten thousand customers.
      name: 'propose-lifecycle',
      batchesPerRoundMax: 1,
      run: (now) => lifecycleReviews.run(now),
    },
    {
      name: 'find-duplicates',
      restFactor: DUPLICATE_REST_FACTOR,
      run: (now) => duplicateScan.run(now),
    },
  ];
}

/** Lots expired in one transaction. */
const EXPIRY_BATCH = 500;

/** Pages of customers whose goals are added up in one round. */
const GOAL_PAGES_PER_ROUND_MAX = 10;

/** Two pages of profiles each, judged anew in one round. */
const ROLLOUT_BATCHES_PER_ROUND_MAX = 100;

/** A fifth of one processor at most in each process: a pass takes a while, and comes again. */
const DUPLICATE_REST_FACTOR = 4;
