// A "no" with a reason. Reasons are public and a closed list: clients branch on them, so none is renamed or reused.

/** Every reason this service refuses for. What it means for an HTTP client is decided by the middleware, in one total table. */
export const REASONS = [
  "account_disabled",
  "account_exists",
  "account_removed",
  "already_held",
  "another_location",
  "asset_differs",
  "bad_lines",
  "body_too_large",
  "busy",
  "conflict_resolved",
  "idempotency_key_reused",
  "internal_error",
  "invalid_input",
  "invitation_accepted",
  "irrevocable",
  "location_closed",
  "location_not_empty",
  "location_reserved",
  "malformed_json",
  "mdm_info_taken",
  "not_a_content_token",
  "not_base64",
  "not_device_assignable",
  "not_enough_licenses",
  "not_found",
  "not_from_apple",
  "not_linked",
  "not_permitted",
  "own_account",
  "primary_in_use_required",
  "primary_location",
  "sign_in_outdated",
  "time_in_future",
  "token_expired",
  "token_file_too_large",
  "token_invalidated",
  "token_withdrawn",
  "too_many_holders",
  "too_many_licenses",
  "unauthenticated",
  "unknown_account",
  "version_mismatch",
  "wrong_token_type",
] as const;

export type Reason = (typeof REASONS)[number];

/** Thrown by rules that refuse. `message` is shown to the caller: what was expected, what came, what to do; never a secret. */
export class Refusal extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.name = "Refusal";
    this.reason = reason;
  }
}
