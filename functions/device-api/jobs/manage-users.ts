// The steps of CREATE, UPDATE and RETIRE: up to 20 users in one transaction with how far the work has come.

import type { MdmErrorNumber } from "../../../domain/device-api/mdm-error.ts";
import { associatedNotifications, userNotifications } from "../../../domain/device-api/notification.ts";
import type { Outcome } from "../../../domain/device-api/work.ts";
import { shownUser } from "../../../domain/licenses/client-user.ts";
import { associatedBy, type EvaluatedUsers, evaluateUsers, type UserAct } from "../../../domain/licenses/user-changes.ts";
import { createMdmNotifications } from "../../lib/mdm-notifications.ts";
import { RetryLater } from "../../lib/retry-later.ts";
import { askedUser, knownUsers } from "../../licenses/known-users.ts";
import { retireLicenses } from "../../licenses/retire.ts";
import { failing, type Step, type StepAt, type WorkPorts } from "./step.ts";

/** One failure for each number. */
const failuresOf = (refused: EvaluatedUsers["refused"]): Outcome["failures"] =>
  [...Map.groupBy(refused, ({ errorNumber }) => errorNumber)].flatMap(([errorNumber, users]: [MdmErrorNumber, EvaluatedUsers["refused"]]) =>
    failing(
      errorNumber,
      users.map(({ clientUserId }) => ({ clientUserId })),
    ),
  );

/** Whether all of them gave up what they had. */
const areWithoutLicenses = async (clientUserIds: Iterable<string>, at: StepAt, ports: WorkPorts): Promise<boolean> => {
  const { work, location, preconditions, isTimeUp } = at;
  for (const clientUserId of clientUserIds) {
    const gone = await retireLicenses({ locationId: location.id, clientUserId }, ports, async (posting) => {
      const some = await posting(preconditions);
      if (some !== undefined && some.length > 0 && isTimeUp()) throw new RetryLater(`${work.id} retired something, and more is to follow`);
      return some;
    });
    if (gone === undefined) return false;
  }
  return true;
};

const step =
  (act: UserAct): Step =>
  async (at, ports) => {
    const { work, part, location, preconditions } = at;
    const { clientUsers, now } = ports;
    const asked = part.users.map((user) => askedUser(user, ports));
    const known = await knownUsers(location.id, asked, ports);
    // Licenses first: a step that was cut short finds the users still there, and goes on. What they are given afterwards is found out when they are retired.
    // Users whom nobody created keep what they have: they are refused.
    if (act === "RETIRE" && !(await areWithoutLicenses(known.users.keys(), at, ports))) return undefined;
    const evaluated = evaluateUsers(act, asked, known, now());
    const outcome = { completed: evaluated.done.length, failures: failuresOf(evaluated.refused) };
    const notifications = [
      ...userNotifications(work, evaluated.done.map(shownUser), outcome),
      ...associatedNotifications(associatedBy(evaluated.changes).map(shownUser)),
    ];
    const effects = createMdmNotifications(notifications, at, ports);
    const recording = { progress: { work, outcome, at: now() }, preconditions };
    return (await clientUsers.record(evaluated, effects, recording)) ? effects : undefined;
  };

export const createUsers = step("CREATE");
export const updateUsers = step("UPDATE");
export const retireUsers = step("RETIRE");
