// Refusals as RFC 9457 problem details. The table is total: a reason without a status does not compile.
import * as z from "zod";
import { REASONS, type Reason, type Refusal } from "../../domain/shared/refusal.ts";

/** Status and title of each reason. The title is the same for every occurrence; what happened is told by `detail`. */
const ANSWERS: Readonly<Record<Reason, readonly [status: number, title: string]>> = {
  account_disabled: [403, "The account is disabled"],
  account_exists: [409, "The account is registered already"],
  account_removed: [409, "The account was removed"],
  already_held: [409, "The content token is held already"],
  another_location: [409, "The content token seems to be of another location"],
  asset_differs: [409, "The asset is of another kind"],
  bad_lines: [422, "The file has bad lines"],
  body_too_large: [413, "The body is too large"],
  busy: [503, "Too many at once"],
  conflict_resolved: [409, "The conflict is resolved already"],
  idempotency_key_reused: [409, "The idempotency key was used for another request"],
  internal_error: [500, "Something failed here"],
  invalid_input: [400, "The request is not as expected"],
  invitation_accepted: [409, "The invitation was accepted"],
  irrevocable: [409, "The license never comes back"],
  location_closed: [409, "The location is closed"],
  location_not_empty: [409, "The location is not empty"],
  location_reserved: [409, "The location is reserved"],
  malformed_json: [400, "The body is not JSON"],
  mdm_info_taken: [409, "Another MDM server says this of itself"],
  not_a_content_token: [422, "The file is not a content token"],
  not_base64: [422, "The file is not base64"],
  not_device_assignable: [409, "Not for devices"],
  not_enough_licenses: [409, "Not enough licenses"],
  not_found: [404, "Not found"],
  not_from_apple: [409, "Apple did not issue the content token"],
  not_linked: [403, "The MDM server is not linked"],
  not_permitted: [403, "Not permitted"],
  own_account: [409, "Not on one's own account"],
  primary_in_use_required: [422, "primaryInUse is required: state whether the primary location is in use"],
  primary_location: [409, "Not for the primary location"],
  sign_in_outdated: [401, "Sign in again"],
  time_in_future: [422, "The time lies in the future"],
  token_expired: [410, "The content token has expired"],
  token_file_too_large: [413, "The file is too large"],
  token_invalidated: [409, "The content token is no longer valid"],
  token_withdrawn: [409, "The content token was withdrawn"],
  too_many_holders: [409, "Too many accounts were given this file"],
  too_many_licenses: [409, "Too many licenses"],
  unauthenticated: [401, "Not signed in"],
  unknown_account: [403, "The account is not registered"],
  version_mismatch: [412, "It changed meanwhile"],
  wrong_token_type: [422, "The file is another kind of token"],
};

export const Problem = z.object({
  type: z.string().describe("`urn:content-tokens:problem:` and the reason."),
  title: z.string().describe("The same for every occurrence."),
  status: z.int().describe("The answer's status."),
  detail: z.string().describe("What was expected, what came, what to do."),
  reason: z.enum(REASONS).describe("What clients branch on: a closed list, from which none is renamed or reused."),
  requestId: z.string().describe("What the logs know the request by."),
});
export type Problem = z.infer<typeof Problem>;

export const statusOf = (reason: Reason): number => ANSWERS[reason][0];

/** The body of the answer; its `status` is also the answer's. `requestId` is the gateway's, for whoever reads the logs. */
export const problemOf = ({ reason, message }: Refusal, requestId: string): Problem => {
  const [status, title] = ANSWERS[reason];
  return { type: `urn:content-tokens:problem:${reason}`, title, status, detail: message, reason, requestId };
};
