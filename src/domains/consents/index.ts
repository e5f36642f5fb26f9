export { ConsentProjector } from './consents.projection';
export { ConsentReads } from './consents.reads';
export { ConsentResolver } from './consents.resolver';
