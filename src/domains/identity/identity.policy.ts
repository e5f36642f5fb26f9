/** What the company knows of a kind of identifier. */
export interface NamespacePolicy {
  readonly namespace: string;
  readonly normaliser: 'ID' | 'EMAIL' | 'PHONE';
  /** The higher one wins when an event's identifiers cannot all be true. Distinct. */
  readonly priority: number;
  /** Identifiers of this namespace one profile may hold; 1 where it is unique to a person. */
  readonly perProfileMax: number;
}

export interface IdentityPolicy {
  readonly namespaces: readonly NamespacePolicy[];
  /** Values that name nobody, compared in lower case without surrounding quotes. */
  readonly junkValues: readonly string[];
  /** Characters of a value. */
  readonly valueLengthMax: number;
  /** Identifiers of one profile, so that one bad value cannot swallow the customer base. */
  readonly identifiersPerProfileMax: number;
  /** Region of phone numbers written without a country code, ISO 3166-1 alpha-2. */
  readonly phoneRegion: string;
}

/** Limits follow Segment Unify's defaults; the junk list is PostHog's and Segment's together. */
export const defaultIdentityPolicy: IdentityPolicy = {
  namespaces: [
    { namespace: 'user_id', normaliser: 'ID', priority: 80, perProfileMax: 1 },
    { namespace: 'member_card', normaliser: 'ID', priority: 70, perProfileMax: 5 },
    { namespace: 'wechat_unionid', normaliser: 'ID', priority: 60, perProfileMax: 1 },
    { namespace: 'email', normaliser: 'EMAIL', priority: 50, perProfileMax: 5 },
    { namespace: 'phone', normaliser: 'PHONE', priority: 40, perProfileMax: 5 },
    { namespace: 'wechat_openid', normaliser: 'ID', priority: 30, perProfileMax: 5 },
    { namespace: 'device_id', normaliser: 'ID', priority: 20, perProfileMax: 50 },
    { namespace: 'anonymous_id', normaliser: 'ID', priority: 10, perProfileMax: 500 },
  ],
  junkValues: [
    '',
    '-1',
    '0',
    'anonymous',
    'false',
    'guest',
    'nan',
    'none',
    'not_authenticated',
    'null',
    '[object object]',
    'true',
    'undefined',
    'unknown',
  ],
  valueLengthMax: 255,
  identifiersPerProfileMax: 1000,
  phoneRegion: 'CN',
};
