// Notifications to a location's MDM server about acts of people: assignments, removals and retirements. Apple's service sends them for acts of people
// as well as for jobs of the MDM server. Source: Apple, "Subscribing to notifications", "Upgrading to the new App and Book Management API".
import { noClientConfig } from "../../domain/device-api/client-config.ts";
import { assetNotifications, type Notification, userNotifications } from "../../domain/device-api/notification.ts";
import { type ClientUser, shownUser } from "../../domain/licenses/client-user.ts";
import type { AssignmentKey } from "../../domain/licenses/licenses.ts";
import type { LocationId } from "../../domain/shared/ids.ts";
import { createMdmNotifications } from "../lib/mdm-notifications.ts";
import { UUID_BYTES, uuidOf } from "../lib/uuid.ts";
import type { Ports } from "../ports/ports.ts";
import type { Effect } from "../ports/shared.ts";

type NotifyingPorts = Pick<Ports, "clientConfigs" | "now" | "random">;

/** The event id of an act of a person. No job has it: GET /status answers it with 9708. */
export const actEventId = ({ random }: Pick<Ports, "random">): string => uuidOf(random(UUID_BYTES));

const subscribedTo = async (
  locationId: LocationId,
  notifications: readonly Notification[],
  ports: NotifyingPorts,
): Promise<readonly Effect[]> => {
  const config = (await ports.clientConfigs.get(locationId)) ?? noClientConfig(locationId);
  return createMdmNotifications(notifications, { config, location: { id: locationId } }, ports);
};

type AssignmentAct = { readonly id: string; readonly type: "ASSOCIATE" | "DISASSOCIATE"; readonly locationId: LocationId };

/** The notifications of assignments that were made or ended, to be recorded with the act; none if the MDM server did not subscribe to them. */
export const assignmentNotifications = async (
  act: AssignmentAct,
  assignments: readonly AssignmentKey[],
  ports: NotifyingPorts,
): Promise<readonly Effect[]> =>
  subscribedTo(act.locationId, assetNotifications(act, assignments, { completed: assignments.length, failures: [] }), ports);

/** The same about client users who were retired. */
export const retirementNotifications = async (
  { id, locationId }: Omit<AssignmentAct, "type">,
  retired: readonly ClientUser[],
  ports: NotifyingPorts,
): Promise<readonly Effect[]> => {
  const outcome = { completed: retired.length, failures: [] };
  return subscribedTo(locationId, userNotifications({ id, type: "RETIRE" }, retired.map(shownUser), outcome), ports);
};
