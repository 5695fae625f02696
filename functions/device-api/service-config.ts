// GET /service/config: what this service is, for MDM servers that ask without a token: its addresses, its limits, its error numbers.
import * as z from "zod";
import { MDM_ERRORS } from "../../domain/device-api/mdm-error.ts";
import { DEFAULT_REQUESTS_PER_SECOND, MDM_LIMITS } from "../../domain/device-api/mdm-limits.ts";
import { NotificationType } from "../../domain/device-api/notification.ts";

export const ServiceConfigReply = z.object({
  errorCodes: z.array(z.object({ errorNumber: z.int(), errorMessage: z.string() })),
  limits: z.record(z.string(), z.int()),
  notificationTypes: z.array(NotificationType),
  urls: z.record(z.string(), z.string()).describe("All of this service: a token is never to be sent elsewhere."),
});

const PATHS = {
  clientConfig: "client/config",
  getAssets: "assets",
  getAssignments: "assignments",
  getUsers: "users",
  eventStatus: "status",
  associateAssets: "assets/associate",
  disassociateAssets: "assets/disassociate",
  revokeAssets: "assets/revoke",
  createUsers: "users/create",
  updateUsers: "users/update",
  retireUsers: "users/retire",
  contentMetadataLookup: "lookup",
  invitationEmail: "invitation?inviteCode=%25inviteCode%25",
} as const;

/** Types that this service never sends are left out: whoever subscribes to them waits for nothing. */
const SENT_TYPES = [
  "TEST_NOTIFICATION",
  "ASSET_MANAGEMENT",
  "USER_MANAGEMENT",
  "USER_ASSOCIATED",
  "ASSET_COUNT",
] as const satisfies readonly NotificationType[];

const errorCodes = Object.entries(MDM_ERRORS).map(([number, [, errorMessage]]) => ({ errorNumber: Number(number), errorMessage }));

export const serviceConfig =
  (maxRequestPerSecond = DEFAULT_REQUESTS_PER_SECOND) =>
  (base: string): z.input<typeof ServiceConfigReply> => ({
    errorCodes,
    limits: { ...MDM_LIMITS, maxRequestPerSecond },
    notificationTypes: [...SENT_TYPES],
    urls: Object.fromEntries(Object.entries(PATHS).map(([name, path]) => [name, `${base}/mdm/v2/${path}`])),
  });
