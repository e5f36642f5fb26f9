export { ConsentProjector } from './consents.projection';
export { ConsentReads } from './consents.reads';
export { ConsentResolver } from './consents.resolver';
export type { ProfileConsent } from './consents.store';
export { Consent, toConsent } from './consents.types';
