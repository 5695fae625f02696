// Ends a job before its last step, in one transaction: completed steps stay, and one error stands for all that is left.
import type { ClientConfig } from "../../../domain/device-api/client-config.ts";
import { type MdmErrorNumber, mdmErrorOf } from "../../../domain/device-api/mdm-error.ts";
import { stoppedNotification } from "../../../domain/device-api/notification.ts";
import type { Work } from "../../../domain/device-api/work.ts";
import type { Location } from "../../../domain/organization/organization.ts";
import { createMdmNotifications } from "../../lib/mdm-notifications.ts";
import type { Effect } from "../../ports/shared.ts";
import type { WorkPorts } from "./step.ts";

type At = { readonly work: Work; readonly location: Location; readonly config: ClientConfig };

/** Stops a job that may not continue. Returns the effects to publish; none if it ended meanwhile. */
export const stopJob = async (errorNumber: MdmErrorNumber, at: At, ports: WorkPorts): Promise<readonly Effect[]> => {
  const { work } = at;
  const effects = createMdmNotifications([stoppedNotification(work, mdmErrorOf(errorNumber))], at, ports);
  const isStopped = await ports.works.stop(work, { at: ports.now(), errorNumber }, effects);
  if (!isStopped) return [];
  ports.log.info("a job was stopped", { workId: work.id, locationId: work.locationId, step: work.step, errorNumber });
  return effects;
};

/** Gives up a job that can't be done. It reads no other record, since a damaged one may be the cause. */
export const giveUpJob = async (work: Work, { works, log, now }: Pick<WorkPorts, "works" | "log" | "now">): Promise<void> => {
  if (!(await works.stop(work, { at: now(), errorNumber: 9603 }))) return;
  log.error("work was given up", undefined, { workId: work.id, locationId: work.locationId, step: work.step });
  log.count("WorkGivenUp", 1);
};
