export { ValueEvaluator } from './value.evaluator';
export { ValueReads } from './value.reads';
export { valueRehoming } from './value.rehoming';
export { ValueResolver } from './value.resolver';
export { tierAt } from './value.rules';
export { ValueService } from './value.service';
export { ValueTier } from './value.types';
