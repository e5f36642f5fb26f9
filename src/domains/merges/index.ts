export { MergesResolver } from './merges.resolver';
export { MergesService } from './merges.service';
