export type {
  ActivityDay,
  DailySignals,
  ProfileActivity,
  ProfileEvaluator,
  SignalName,
} from './activity.model';
export { signalNames } from './activity.model';
export {
  type DaySums,
  eachDay,
  findPackedDays,
  findPackedDaysBetween,
  type PackedDays,
} from './activity.packed';
export { type PopulationFacts, populationFacts } from './activity.population';
export { ActivityReads } from './activity.reads';
export { activityRehoming } from './activity.rehoming';
export { ActivityResolver } from './activity.resolver';
export type { Occurrence } from './activity.rules';
export { ActivityService } from './activity.service';
export { countEvaluated, findDays, findEvaluatedAfter } from './activity.store';
export { firstDaysWith, SumsOfSignals } from './activity.sums';
export { walkWindow } from './activity.window';
