import type { Sql } from '../../../platform/database/database';
import type { BatchLoad } from '../../../platform/graphql/context';
import type { ProfileId } from '../../../shared/ids';
import type { ActivityReads } from '../../activity';
import { History } from '../facts/history';
import type { LifecycleCalibrations } from '../stage/latest-calibration';
import { rulingAt } from '../stage/ruling';
import type { LifecycleRulings } from '../stage/rulings';
import { type ChurnRisk, churnRiskOf } from './churn.rules';
import { type Scores, scoresOf } from './scores.rules';

/** What is read off a customer's days and is not stored, since it changes with every day. */
export interface Outlook {
  readonly churn: ChurnRisk;
  readonly scores: Scores;
}

/** Whose, under which model, and when. */
interface OutlookKey {
  readonly profileId: ProfileId;
  readonly model: string;
  readonly asOf: Date;
}

export class LifecycleScoreReads {
  constructor(
    private readonly sql: Sql,
    private readonly activity: ActivityReads,
    private readonly rulings: LifecycleRulings,
    private readonly calibrations: LifecycleCalibrations,
  ) {}

  /** By the latest calibration, also of the past. Null before the first active day. */
  readonly outlookByKey: BatchLoad<OutlookKey, Outlook | null> = async (keys) => {
    const profileIds = [...new Set(keys.map(({ profileId }) => profileId))];
    const [days, rulings, calibration] = await Promise.all([
      this.activity.daysByProfile(profileIds),
      this.rulings.ever(
        this.sql,
        keys.map(({ model }) => model),
      ),
      this.calibrations.latest(this.sql),
    ]);
    const daysOf = new Map(profileIds.map((profileId, place) => [profileId, days[place] ?? []]));
    return keys.map(({ profileId, model, asOf }) => {
      const ofModel = rulings.get(model);
      if (ofModel === undefined) return null;
      const { compiled } = rulingAt(ofModel, asOf);
      const history = History.at(daysOf.get(profileId) ?? [], compiled.measures, asOf);
      if (!history.isBegun) return null;
      const churn = churnRiskOf(history, compiled, calibration);
      return { churn, scores: scoresOf(history, calibration) };
    });
  };
}
