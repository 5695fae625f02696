// How a refusal is answered over HTTP: RFC 9457 problem details. The table is total: a reason without a status does not compile.
import type { Reason, Refusal } from "../../domain/refusal.ts";

/** Status and title of each reason. The title is the same for every occurrence; what happened is told by `detail`. */
const ANSWERS: Readonly<Record<Reason, readonly [status: number, title: string]>> = {
  account_disabled: [403, "The account is disabled"],
  already_held: [409, "The content token is held already"],
  not_a_content_token: [422, "The file is not a content token"],
  not_base64: [422, "The file is not base64"],
  not_permitted: [403, "Not permitted"],
  password_changed_since_download: [409, "The password changed since the download"],
  time_in_future: [422, "The time lies in the future"],
  token_expired: [410, "The content token has expired"],
  token_file_too_large: [413, "The file is too large"],
  token_invalidated: [409, "The content token is no longer valid"],
  wrong_token_type: [422, "The file is another kind of token"],
};

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly reason: Reason;
  readonly requestId: string;
};

/** The body of the answer; its `status` is also the answer's. `requestId` is the gateway's, for whoever reads the logs. */
export const problemOf = ({ reason, message }: Refusal, requestId: string): Problem => {
  const [status, title] = ANSWERS[reason];
  return { type: `urn:content-tokens:problem:${reason}`, title, status, detail: message, reason, requestId };
};
