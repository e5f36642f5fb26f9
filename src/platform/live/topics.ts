/** Something that the API shows of a profile may read otherwise; noted by the profile's id. */
export const PROFILE_CHANGED = 'profile.changed';

/** There are profiles that there were not; noted by the id of one of them. */
export const PROFILES_CREATED = 'profile.created';
