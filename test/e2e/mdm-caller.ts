// Calls of the device API, each answer held against the API's document: a test that asks anything checks that too.
import { RETRY_SECONDS } from "../../domain/device-api/mdm-error.ts";
import { type Caller, callerOf, type Reply } from "../../local/client.ts";
import { document, operationFor, undocumented } from "../support/http/answers.ts";

const complaintsAbout = undocumented(document);
const operationAt = operationFor(document);

/** What was answered so far in this test file, errors by their number: "GET /mdm/v2/users 200", "GET /mdm/v2/users 9650". */
export const mdmAnswered = new Set<string>();

/**
 * The reply, when it is as documented; throws otherwise. The document leaves open whether an answer says when to ask again, since the gateway's own do not:
 * an error of this service has to.
 */
export const documentedMdm = (method: string, path: string, reply: Reply): Reply => {
  const { status, headers, body } = reply;
  const isOwn = "errorNumber" in body;
  const hasToSay = isOwn && RETRY_SECONDS[status] !== undefined;
  const complaints = [
    ...complaintsAbout(method, path, reply),
    ...(hasToSay && headers.get("retry-after") === null ? ["bears no Retry-After"] : []),
  ];
  if (complaints.length > 0) throw new Error(`The API's document says otherwise. ${complaints.join("; ")}`);
  mdmAnswered.add(`${operationAt(method, path)?.key ?? "nothing"} ${isOwn ? body.errorNumber : status}`);
  return reply;
};

/** Throws when a page is not as documented. */
export const documentedPage = (path: string, page: { readonly status: number; readonly headers: Headers; readonly body: string }): void => {
  const complaints = complaintsAbout("GET", path, page);
  if (complaints.length > 0) throw new Error(`The API's document says otherwise. ${complaints.join("; ")}`);
  mdmAnswered.add(`${operationAt("GET", path)?.key ?? "nothing"} ${page.status}`);
};

/** With the text of a token's file as bearer. */
export const mdmCallerOf = (api: string, tokenText: string): Caller => {
  const call = callerOf(api, tokenText);
  return async (method, path, body, headers) => documentedMdm(method, path, await call(method, path, body, headers));
};
