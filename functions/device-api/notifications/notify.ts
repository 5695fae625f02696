// Tells the MDM server of a location what it wanted to be told: what its work came to, as the worker recorded it, and counts of licenses that changed, from the
// events of this service. At least once, and no longer than three times: it is a service to MDM servers that ask less often then, never the only way to know.
import * as z from "zod";
import type { ClientConfig } from "../../../domain/device-api/client-config.ts";
import { assetCountOf, type NotificationType, Told } from "../../../domain/device-api/notification.ts";
import { EVENT_DETAILS } from "../../../domain/shared/events.ts";
import { sha256 } from "../../lib/hash.ts";
import { RetryLater } from "../../lib/retry-later.ts";
import { uuidOfHash } from "../../lib/uuid.ts";
import type { Ports } from "../../ports/ports.ts";

/** Source: Apple, "Notifications": up to three attempts. */
const ATTEMPTS = 3;

/** What one MDM server is to be told. */
const ToldOnce = z.object({ id: z.string(), ...Told });
type ToldOnce = z.infer<typeof ToldOnce>;

/** So that both sides of what tells of two locations are told apart, and each is the same when it is told again. */
const Id = { id: z.string() };

const Acquired = z
  .object({ "detail-type": z.literal("LicensesAcquired"), detail: EVENT_DETAILS.LicensesAcquired.extend(Id) })
  .transform(({ detail: { id, locationId, ...licenses } }): ToldOnce[] => [
    { id, locationId, ...assetCountOf(licenses, licenses.quantity) },
  ]);

const Transferred = z
  .object({ "detail-type": z.literal("LicensesTransferred"), detail: EVENT_DETAILS.LicensesTransferred.extend(Id) })
  .transform(({ detail: { id, fromLocationId, toLocationId, ...licenses } }): ToldOnce[] => [
    { id: `${id} from`, locationId: fromLocationId, ...assetCountOf(licenses, -licenses.quantity) },
    { id: `${id} to`, locationId: toLocationId, ...assetCountOf(licenses, licenses.quantity) },
  ]);

const Message = z.union([ToldOnce.transform((told) => [told]), Acquired, Transferred]);

type NotifyPorts = Pick<Ports, "clientConfigs" | "locations" | "cipher" | "notifier" | "log">;

const isWanted = ({ notificationTypes }: ClientConfig, type: NotificationType): boolean => notificationTypes.includes(type);

/** Whether it was taken, or nobody wants it. */
const isDone = async ({ id, locationId, type, notification }: ToldOnce, ports: NotifyPorts): Promise<boolean> => {
  const { clientConfigs, locations, cipher, notifier, log } = ports;
  const [config, location] = await Promise.all([clientConfigs.get(locationId), locations.get(locationId)]);
  const { notificationUrl: url, notificationAuthToken } = config ?? {};
  if (config === undefined || location === undefined || url === undefined || notificationAuthToken === undefined) return true;
  if (!isWanted(config, type)) return true;
  const body = { notification, notificationId: uuidOfHash(sha256(id)), notificationType: type, uId: location.uId };
  const bearer = await cipher.decrypt(notificationAuthToken, locationId);
  const delivery = await notifier.deliver({ url, bearer, body: JSON.stringify(body) });
  if (!delivery.delivered) log.info("a notification was not taken", { locationId, type, why: delivery.why });
  return delivery.delivered;
};

/** `attempt`: which one it is, from 1. Throws `RetryLater` to be given the message again. */
export const notifyMdmServer = async (message: unknown, attempt: number, ports: NotifyPorts): Promise<void> => {
  const undone: ToldOnce[] = [];
  for (const told of Message.parse(message)) if (!(await isDone(told, ports))) undone.push(told);
  if (undone.length === 0) return;
  if (attempt < ATTEMPTS) throw new RetryLater(`${undone.length} notifications were not taken`);
  ports.log.count("NotificationsDropped", undone.length);
};
