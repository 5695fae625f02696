// The calls of AWS's API that the functions and people make, at one address: Lambda's Invoke, EventBridge's PutEvents, SNS's Publish. A signature has to
// be there, since a browser can't send one unasked; whose it is is not checked, and no rights are: whoever reaches 127.0.0.1 is trusted.
import { randomUUID } from "node:crypto";
import * as z from "zod";
import { type Buses, DEFAULT_BUS, envelopeOf, eventTime } from "./events/bus.ts";
import type { Json } from "./events/operators.ts";
import { FunctionError, type LocalFunction } from "./functions.ts";
import { type Answered, type Asked, json } from "./http.ts";

export type Topic = { readonly arn: string; readonly subscribers: readonly string[] };
export type Notice = {
  readonly at: string;
  readonly topic: string;
  readonly to: readonly string[];
  readonly subject?: string;
  readonly message: string;
};

type Parts = {
  readonly buses: Pick<Buses, "has" | "put">;
  /** By name or ARN. */
  readonly functionOf: (name: string) => LocalFunction | undefined;
  readonly topics: readonly Topic[];
  readonly onNotice: (notice: Notice) => void;
  readonly onError: (error: unknown) => void;
};

const failed = (status: number, type: string, message: string): Answered =>
  json(status, { __type: type, message }, { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": type });

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** What Lambda does with an event it accepted: two more attempts. Source: Lambda developer guide, "Asynchronous invocation". */
export const invokeAsync = async (call: LocalFunction, event: unknown, onError: (error: unknown) => void): Promise<void> => {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await call.invoke(event);
      return;
    } catch (error) {
      onError(error);
    }
  }
};

const invoke = async (name: string, { headers, body }: Asked, { functionOf, onError }: Parts): Promise<Answered> => {
  const call = functionOf(name);
  if (call === undefined) return failed(404, "ResourceNotFoundException", `Function not found: ${name}`);
  const event = body.length === 0 ? {} : parsed(body.toString("utf8"));
  if (event === undefined) return failed(400, "InvalidRequestContentException", "Could not parse request body into json");
  const type = headers["x-amz-invocation-type"] ?? "RequestResponse";
  if (type === "DryRun") return { status: 204 };
  if (type === "Event") {
    void invokeAsync(call, event, onError);
    return { status: 202 };
  }
  if (type !== "RequestResponse") return failed(400, "InvalidParameterValueException", `Unknown invocation type: ${type}`);
  try {
    return json(200, (await call.invoke(event)) ?? null, { "x-amz-executed-version": "$LATEST" });
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    const { errorType, message: errorMessage } = error;
    return json(200, { errorType, errorMessage, trace: [] }, { "x-amz-executed-version": "$LATEST", "x-amz-function-error": "Unhandled" });
  }
};

const Entry = z.object({
  Source: z.string().min(1),
  DetailType: z.string().min(1).max(128),
  Detail: z.string(),
  EventBusName: z.string().default(DEFAULT_BUS),
  Time: z.number().optional(),
  Resources: z.array(z.string()).default([]),
});
const PutEvents = z.object({ Entries: z.array(z.unknown()).min(1).max(10) });
const Detail = z.record(z.string(), z.custom<Json>());

/** AWS lets nobody put events of its own services; here it is how a password change of Cognito's is tried by hand. */
const putEntry = (raw: unknown, buses: Parts["buses"]): object => {
  const entry = Entry.safeParse(raw);
  if (!entry.success) return { ErrorCode: "InvalidArgument", ErrorMessage: "Parameter Source, DetailType or Detail is not valid." };
  const { Source, DetailType, Detail: text, EventBusName, Time, Resources } = entry.data;
  const detail = Detail.safeParse(parsed(text));
  if (!detail.success) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  const bus = EventBusName.split("/").at(-1) ?? DEFAULT_BUS;
  if (!buses.has(bus)) return { ErrorCode: "ResourceNotFound", ErrorMessage: `There is no event bus ${bus}.` };
  const time = eventTime(Time === undefined ? new Date() : new Date(Time * 1000));
  const event = envelopeOf({ source: Source, "detail-type": DetailType, resources: Resources, time, detail: detail.data });
  buses.put(bus, event);
  return { EventId: event.id };
};

const putEvents = ({ body }: Asked, { buses }: Parts): Answered => {
  const { data } = PutEvents.safeParse(parsed(body.toString("utf8")));
  if (data === undefined) return failed(400, "ValidationException", "Entries must hold 1 to 10 events");
  const Entries = data.Entries.map((entry) => putEntry(entry, buses));
  const FailedEntryCount = Entries.filter((entry) => "ErrorCode" in entry).length;
  return json(200, { Entries, FailedEntryCount }, { "content-type": "application/x-amz-json-1.1" });
};

const xml = (status: number, body: string): Answered => ({ status, headers: { "content-type": "text/xml" }, body });

const publish = ({ body }: Asked, { topics, onNotice }: Parts): Answered => {
  const form = new URLSearchParams(body.toString("utf8"));
  const topic = topics.find(({ arn }) => arn === form.get("TopicArn"));
  const message = form.get("Message");
  const error = (status: number, code: string, text: string) =>
    xml(status, `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${text}</Message></Error></ErrorResponse>`);
  if (form.get("Action") !== "Publish") return error(400, "InvalidAction", "Only Publish is known here");
  if (topic === undefined) return error(404, "NotFound", "Topic does not exist");
  if (message === null || message === "") return error(400, "InvalidParameter", "Invalid parameter: Empty message");
  const subject = form.get("Subject");
  if (subject !== null && !/^[\x20-\x7e]{1,100}$/.test(subject)) return error(400, "InvalidParameter", "Invalid parameter: Subject");
  onNotice({ at: new Date().toISOString(), topic: topic.arn, to: topic.subscribers, ...(subject === null ? {} : { subject }), message });
  return xml(200, `<PublishResponse><PublishResult><MessageId>${randomUUID()}</MessageId></PublishResult></PublishResponse>`);
};

export const awsApiOf =
  (parts: Parts) =>
  async (asked: Asked): Promise<Answered> => {
    if (!asked.headers.authorization?.startsWith("AWS4-HMAC-SHA256 "))
      return failed(403, "MissingAuthenticationTokenException", "Sign the request: any key will do.");
    const name = INVOCATION.exec(asked.path)?.[1];
    if (asked.method === "POST" && name !== undefined) return invoke(decodeURIComponent(name), asked, parts);
    if (asked.headers["x-amz-target"] === "AWSEvents.PutEvents") return putEvents(asked, parts);
    if (asked.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) return publish(asked, parts);
    return failed(400, "UnknownOperationException", "Known here: Lambda's Invoke, EventBridge's PutEvents, SNS's Publish");
  };
