export { faultMessages as quarantineFaultMessages } from './quarantine.errors';
export { maskPayload, maskSentEvent } from './quarantine.masking.rules';
export type { QuarantineCount, QuarantinedRow, ReplayOutcome } from './quarantine.model';
export { QuarantineReads } from './quarantine.reads';
export { QuarantineReplayService } from './quarantine.replay.service';
export { QuarantineResolver } from './quarantine.resolver';
export {
  type AskedConditions,
  readSelection,
  toConditions as toQuarantineConditions,
} from './quarantine.selection.input';
export { QuarantineService } from './quarantine.service';
export { QuarantinedEvent } from './quarantine.types';
export { QuarantineUpkeep } from './quarantine.upkeep.service';
