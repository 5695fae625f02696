// The checks with Apple that people cause at will. One budget for all routes that do: a route without it would let its callers flood Apple.
import type { LocationId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import type { Ports } from "../ports/ports.ts";

/** Checks of one location that people may cause within a minute. */
const CHECKS_PER_MINUTE = 10;
const MINUTE_MILLISECONDS = 60_000;

/** Takes one check from the location's budget. Refuses with `busy` when nothing is left in this minute. */
export const assertMayCheck = async (location: LocationId, { rates, now }: Pick<Ports, "rates" | "now">): Promise<void> => {
  const span = { seconds: MINUTE_MILLISECONDS / 1000, number: Math.floor(now().getTime() / MINUTE_MILLISECONDS) };
  if (await rates.take(location, "checks", span, CHECKS_PER_MINUTE)) return;
  throw new Refusal(
    "busy",
    `At most ${CHECKS_PER_MINUTE} checks of a location can be caused in a minute, by requests and by reports without evidence. Read lastCheck, or try again in a minute.`,
  );
};
