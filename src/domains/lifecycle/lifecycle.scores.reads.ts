import type { Sql } from '../../platform/database/database';
import type { BatchLoad } from '../../platform/graphql/context';
import type { Clock } from '../../shared/clock';
import type { ProfileId } from '../../shared/ids';
import type { ActivityReads } from '../activity';
import type { LifecycleCalibrations } from './lifecycle.calibrations';
import { type ChurnRisk, churnRiskOf } from './lifecycle.churn.rules';
import { History } from './lifecycle.history';
import type { LifecycleRulings } from './lifecycle.rulings';
import { type Scores, scoresOf } from './lifecycle.scores.rules';

/** What is read off a customer's days at the moment they are asked about. */
export interface Outlook {
  readonly churn: ChurnRisk;
  readonly scores: Scores;
}

/** Whose, and under which model. */
interface OutlookKey {
  readonly profileId: ProfileId;
  readonly model: string;
}

export class LifecycleScoreReads {
  constructor(
    private readonly sql: Sql,
    private readonly activity: ActivityReads,
    private readonly rulings: LifecycleRulings,
    private readonly calibrations: LifecycleCalibrations,
    private readonly clock: Clock,
  ) {}

  /** By the latest calibration; one statement for the days of all. Null before the first active day. */
  readonly outlookByKey: BatchLoad<OutlookKey, Outlook | null> = async (keys) => {
    const profileIds = [...new Set(keys.map(({ profileId }) => profileId))];
    const [days, rulings, calibration] = await Promise.all([
      this.activity.daysByProfile(profileIds),
      this.rulings.inForce(this.sql),
      this.calibrations.latest(),
    ]);
    const daysOf = new Map(profileIds.map((profileId, place) => [profileId, days[place] ?? []]));
    const now = this.clock.now();
    return keys.map(({ profileId, model }) => {
      const compiled = rulings.get(model)?.at(-1)?.compiled;
      if (compiled === undefined) return null;
      const history = History.at(daysOf.get(profileId) ?? [], compiled.measures, now);
      if (!history.isBegun) return null;
      const churn = churnRiskOf(history, compiled, calibration);
      return { churn, scores: scoresOf(history, calibration) };
    });
  };
}
