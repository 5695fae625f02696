// EventBridge's PutEvents: each entry is judged by itself, as there, and goes to the buses of this machine.
import * as z from "zod";
import { failed } from "./aws-error.ts";
import { type Buses, DEFAULT_BUS, envelopeOf, eventTime } from "./events/bus.ts";
import type { Json } from "./events/operators.ts";
import { type Answered, type Asked, json, jsonOf } from "./http.ts";

export type PutParts = { readonly buses: Pick<Buses, "has" | "put"> };

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
  const bus = EventBusName.split("/").at(-1) ?? DEFAULT_BUS;
  if (!buses.has(bus)) return { ErrorCode: "ResourceNotFound", ErrorMessage: `There is no event bus ${bus}.` };
  const time = eventTime(Time === undefined ? new Date() : new Date(Time * 1000));
  const event = envelopeOf({ source: Source, "detail-type": DetailType, resources: Resources, time, detail: detail.data });
  buses.put(bus, event);
  return { EventId: event.id };
};

/** EventBridge's PutEvents. */
export const putEvents = ({ body }: Asked, { buses }: PutParts): Answered => {
  const { data } = PutEvents.safeParse(jsonOf(body));
  if (data === undefined) return failed(400, "ValidationException", "Entries must hold 1 to 10 events");
  const Entries = data.Entries.map((entry) => putEntry(entry, buses));
  const FailedEntryCount = Entries.filter((entry) => "ErrorCode" in entry).length;
  return json(200, { Entries, FailedEntryCount }, { "content-type": "application/x-amz-json-1.1" });
};
