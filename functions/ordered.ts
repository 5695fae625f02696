// Taking an order for work: it is written down whole before it is answered, so that whoever holds its eventId can count on it.
import { type Asked, partsOf, WorkId, workOf } from "../domain/work.ts";
import { announce, workOrderOf } from "./announce.ts";
import type { TokenBearer } from "./handle-mdm.ts";
import type { Ports } from "./ports.ts";
import { UUID_BYTES, uuidOf } from "./uuid.ts";

export type OrderingPorts = Pick<Ports, "works" | "bus" | "outbox" | "log" | "now" | "random">;

export const ordered = async (
  asked: Asked,
  { token, location }: Pick<TokenBearer, "token" | "location">,
  ports: OrderingPorts,
): Promise<{ readonly eventId: string }> => {
  const { works, now, random } = ports;
  const at = now();
  const id = WorkId.parse(uuidOf(random(UUID_BYTES)));
  const work = workOf(asked, { id, locationId: location.id, tokenId: token.id, requestedAt: at });
  const traces = [workOrderOf(work, { at, random })];
  if (!(await works.add(work, partsOf(asked), traces))) throw new Error(`there is work with the id ${id} already`);
  await announce(traces, ports);
  return { eventId: id };
};
