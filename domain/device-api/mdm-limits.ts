// How much one request of the device management API may ask for: what service/config tells MDM servers, which read it every few minutes.
// Source: Apple, "ServiceConfigResponse", limits.

export const MDM_LIMITS = {
  maxAssets: 25,
  maxClientUserIds: 1000,
  maxSerialNumbers: 1000,
  maxRevokeClientUserIds: 100,
  maxRevokeSerialNumbers: 100,
  maxUsers: 100,
  maxNotificationLength: 512,
  maxMdmIdLength: 100,
  maxMdmNameLength: 100,
  maxMdmMetadataLength: 255,
  maxSubscriptions: 25,
  maxSubscriptionClientUserIds: 1000,
} as const;

/** Elements in one notification at most. Source: Apple, "Notifications". */
export const MAX_NOTIFIED = 100;

/**
 * Name look-ups a second that a location may make, or its requests a second if those are more. They have a budget of their own: MDM servers look up each of
 * their assets at once and do not try again, because Apple serves look-ups from another host and does not count them as requests of this API.
 */
export const LOOKUPS_PER_SECOND = 50;

/** Requests a second that a location may make, unless the deployment says otherwise. */
export const DEFAULT_REQUESTS_PER_SECOND = 15;

/** Assignments that one request may ask for at most: every asset for every device and user. */
export const MAX_REQUESTED = MDM_LIMITS.maxAssets * (MDM_LIMITS.maxClientUserIds + MDM_LIMITS.maxSerialNumbers);

/**
 * Pending jobs and assignments of one location, unless the deployment says otherwise. Either bound is about 1,200 steps: minutes, not hours. A thousand
 * devices that enroll within a few minutes, each with a job of its own, stay below.
 */
export const DEFAULT_JOB_LIMITS = { jobs: 1000, assignments: 100_000 } as const;
