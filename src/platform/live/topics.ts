/** Something that the API shows of a profile may read otherwise; noted by the profile's id. */
export const PROFILE_CHANGED = 'profile.changed';
