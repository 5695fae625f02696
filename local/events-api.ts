// EventBridge's PutEvents: each entry is judged by itself, as there, and goes to the buses of this machine.
import * as z from "zod";
import { failed } from "./aws-error.ts";
import { type Buses, DEFAULT_BUS, envelopeOf, eventTime } from "./events/bus.ts";
import type { Json } from "./events/operators.ts";
import type { MayPut } from "./events/permissions.ts";
import { type Answered, type Asked, json, jsonOf } from "./http.ts";
import { arnOf } from "./place.ts";

export type PutParts = { readonly buses: Pick<Buses, "has" | "put">; readonly mayPut: MayPut };

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
const putEntry = (raw: unknown, buses: PutParts["buses"]): object => {
  const entry = Entry.safeParse(raw);
  if (!entry.success) return { ErrorCode: "InvalidArgument", ErrorMessage: "Parameter Source, DetailType or Detail is not valid." };
  const { Source, DetailType, Detail: text, EventBusName, Time, Resources } = entry.data;
  const detail = Detail.safeParse(jsonOf(Buffer.from(text)));
  if (!detail.success) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  const bus = busName(EventBusName);
  if (!buses.has(bus)) return { ErrorCode: "ResourceNotFound", ErrorMessage: `There is no event bus ${bus}.` };
  const time = eventTime(Time === undefined ? new Date() : new Date(Time * 1000));
  const event = envelopeOf({ source: Source, "detail-type": DetailType, resources: Resources, time, detail: detail.data });
  buses.put(bus, event);
  return { EventId: event.id };
};

const busName = (nameOrArn: string): string => nameOrArn.split("/").at(-1) ?? DEFAULT_BUS;

/** True if the caller may put every entry that can be read. The others are refused one by one. */
const isAllowed = (asked: Asked, entries: readonly unknown[], mayPut: MayPut): boolean => {
  const events = entries
    .flatMap((entry) => Entry.safeParse(entry).data ?? [])
    .map(({ EventBusName, Source, DetailType }) => ({ bus: busName(EventBusName), source: Source, detailType: DetailType }));
  return mayPut(asked.headers["x-amz-security-token"], events, (bus) => arnOf("events", `event-bus/${bus}`));
};

/** EventBridge's PutEvents. */
export const putEvents = (asked: Asked, { buses, mayPut }: PutParts): Answered => {
  const { data } = PutEvents.safeParse(jsonOf(asked.body));
  if (data === undefined) return failed(400, "ValidationException", "Entries must hold 1 to 10 events");
  if (!isAllowed(asked, data.Entries, mayPut))
    return failed(
      400,
      "AccessDeniedException",
      "No identity-based policy allows events:PutEvents for one of these detail types or sources",
    );
  const Entries = data.Entries.map((entry) => putEntry(entry, buses));
  const FailedEntryCount = Entries.filter((entry) => "ErrorCode" in entry).length;
  return json(200, { Entries, FailedEntryCount }, { "content-type": "application/x-amz-json-1.1" });
};
