// What a client user who is gone has: what can come back does, the rest (books above all) is retired with them. It may take several postings, each by itself,
// so that whoever asks again goes on with what is left.

import { ASSETS_PER_POSTING, type Asset, type AssignmentKey, keyOf } from "../../domain/licenses/licenses.ts";
import { retiring } from "../../domain/licenses/postings.ts";
import type { LocationId } from "../../domain/shared/ids.ts";
import { createEvent, publishEffects } from "../lib/publish.ts";
import type { Ports } from "../ports/ports.ts";
import type { Effect, Preconditions } from "../ports/shared.ts";

type User = { readonly locationId: LocationId; readonly clientUserId: string };
type RetiringPorts = Pick<Ports, "licenses" | "bus" | "outbox" | "log" | "now" | "random">;

/** Notifications about the licenses that come back, recorded with the posting. A job has none: its own notification names the retired user. */
export type NotifyReleased = (released: readonly AssignmentKey[]) => Promise<readonly Effect[]>;

const notifyNobody: NotifyReleased = async () => [];

/** Some of what the user has at the location, as it is now. */
const heldOf = async ({ locationId, clientUserId }: User, { licenses }: Pick<Ports, "licenses">): Promise<readonly Asset[]> => {
  const { items } = await licenses.assignments({ of: "target", locationId, target: { clientUserId } }, { limit: ASSETS_PER_POSTING });
  return licenses.getAll(items.map(({ asset }) => asset));
};

/** One posting: what went by it, `undefined` when what it rested on changed. */
export type Retiring = (preconditions?: Preconditions) => Promise<readonly Asset[] | undefined>;

const retiringSome =
  (user: User, ports: RetiringPorts, notifyReleased: NotifyReleased): Retiring =>
  async (preconditions) => {
    const { licenses, now, random } = ports;
    const held = await heldOf(user, ports);
    if (held.length === 0) return held;
    const at = now();
    const released = held.filter(({ revocable }) => revocable);
    const effects = [
      ...held.map((asset) =>
        createEvent(asset.revocable ? "LicensesUnassigned" : "LicensesRetired", { ...keyOf(asset), quantity: 1 }, { at, random }),
      ),
      ...(await notifyReleased(released.map((asset) => ({ asset: keyOf(asset), target: { clientUserId: user.clientUserId } })))),
    ];
    if (!(await licenses.post(retiring(user.clientUserId, held, at), effects, preconditions === undefined ? {} : { preconditions })))
      return undefined;
    await publishEffects(effects, ports);
    return held;
  };

/** All of the user's licenses that went. Each posting is made by `made`; what that can't make ends it, as `undefined`. */
export const retireLicenses = async (
  user: User,
  ports: RetiringPorts,
  made: (posting: Retiring) => ReturnType<Retiring>,
  notifyReleased = notifyNobody,
): Promise<readonly Asset[] | undefined> => {
  const gone: Asset[] = [];
  let some: readonly Asset[] | undefined;
  do {
    some = await made(retiringSome(user, ports, notifyReleased));
    if (some === undefined) return undefined;
    gone.push(...some);
  } while (some.length === ASSETS_PER_POSTING);
  return gone;
};
