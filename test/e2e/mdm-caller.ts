// Calls of the device API as MDM servers make them, each answer held against the API's document: a test that asks anything checks that too.
import { setTimeout } from "node:timers/promises";
import type { Caller } from "../../local/client.ts";
import { document, operationFor, undocumented } from "../answers.ts";

type Asked = {
  readonly query?: Readonly<Record<string, string>>;
  /** What is text is sent as it is. */
  readonly body?: object | string;
  /** Beside the bearer and, of what has a body, its type; `undefined` leaves one of them out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
};
export type MdmReply = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> };
/** `path` as the document has it: "/mdm/v2/users". */
export type MdmCaller = (method: string, path: string, asked?: Asked) => Promise<MdmReply>;

const complaintsAbout = undocumented(document);
const operationAt = operationFor(document);

/** What was answered so far in this test file, errors by their number: "GET /mdm/v2/users 200", "GET /mdm/v2/users 9650". */
export const mdmAnswered = new Set<string>();

const MISSING = "bears no Retry-After";

/** The reply, when it is as documented; throws otherwise. What the gateway refuses by itself does not say when to ask again, an error of this service has to. */
const documented = (method: string, path: string, reply: MdmReply): MdmReply => {
  const { status, headers, body } = reply;
  const isOwn = "errorNumber" in body;
  const complaints = [
    ...complaintsAbout(method, path, reply),
    ...(isOwn && [429, 500, 503].includes(status) && headers.get("retry-after") === null ? [MISSING] : []),
  ];
  if (complaints.length > 0)
    throw new Error(`The API's document says otherwise. ${complaints.join("; ")}. Answered: ${JSON.stringify(body)}`);
  mdmAnswered.add(`${operationAt(method, path)?.key ?? "nothing"} ${isOwn ? body.errorNumber : status}`);
  return reply;
};

/** With the text of a token's file as bearer. `patient`: asks again what was refused because it was too many, as MDM servers do. */
export const mdmCallerOf = (api: string, tokenText: string, { patient = true } = {}): MdmCaller => {
  const once: MdmCaller = async (method, path, { query = {}, body, headers = {} } = {}) => {
    const url = new URL(path, api);
    url.search = new URLSearchParams(query).toString();
    const all = { authorization: `Bearer ${tokenText}`, ...(method === "GET" ? {} : { "content-type": "application/json" }), ...headers };
    const given = Object.entries(all).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]));
    const sent = body === undefined ? {} : { body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)) };
    const answer = await fetch(url, { method, headers: given, redirect: "manual", ...sent });
    return documented(method, path, { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) });
  };
  if (!patient) return once;
  return async (method, path, asked) => {
    for (;;) {
      const reply = await once(method, path, asked);
      if (reply.status !== 429) return reply;
      await setTimeout(1000 * Number(reply.headers.get("retry-after") ?? 1));
    }
  };
};

/** A content token of the location, with the text of its file as `call` may download it. */
export const issuedToken = async (call: Caller, locationId: string): Promise<{ readonly id: string; readonly text: string }> => {
  const { body } = await call("POST", "/v1/content-tokens", { locationId });
  const id = String(body.id);
  const { body: link } = await call("POST", `/v1/content-tokens/${id}/downloads`, { linkSeconds: 60 });
  return { id, text: await (await fetch(String(link.url))).text() };
};
