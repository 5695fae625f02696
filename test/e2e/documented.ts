// Calls as local/client.ts makes them, each answer held against the API's document: a test that asks anything checks that too.
import { type Caller, type Reply, callerOf as uncheckedCallerOf } from "../../local/client.ts";
import { document, operationFor, undocumented } from "../support/http/answers.ts";

const complaintsAbout = undocumented(document);
const operationAt = operationFor(document);

/** What was answered so far in this test file: "GET /v1/locations 200". */
export const answered = new Set<string>();

/** The reply, when it is as documented; throws otherwise. */
export const documented = (method: string, path: string, reply: Reply): Reply => {
  const { status, headers, body } = reply;
  const given = headers.get("content-type") === null ? undefined : body;
  const complaints = complaintsAbout(method, path, { status, headers, body: given });
  if (complaints.length > 0) throw new Error(`The API's document says otherwise. ${complaints.join("; ")}`);
  answered.add(`${operationAt(method, path)?.key ?? "nothing"} ${status}`);
  return reply;
};

export const callerOf = (api: string, bearer: string): Caller => {
  const call = uncheckedCallerOf(api, bearer);
  return async (method, path, body, headers) => documented(method, path, await call(method, path, body, headers));
};
