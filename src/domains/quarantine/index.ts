export { QuarantineReads } from './quarantine.reads';
export { QuarantineReplayService } from './quarantine.replay.service';
export { QuarantineResolver } from './quarantine.resolver';
export { QuarantineService } from './quarantine.service';
export { QuarantineUpkeep } from './quarantine.upkeep.service';
