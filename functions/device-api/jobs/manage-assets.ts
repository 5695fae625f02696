// The steps of ASSOCIATE and DISASSOCIATE: one asset for up to 85 users and devices, in one transaction with how far the work has come. What a target has, or
// does not have, already counts as done: so nothing is given twice, whoever asks how often.

import { assetNotifications } from "../../../domain/device-api/notification.ts";
import type { Outcome } from "../../../domain/device-api/work.ts";
import { type AssignmentKey, isDevice, keyOf, type Target, targetText } from "../../../domain/licenses/licenses.ts";
import { assigning, unassigning } from "../../../domain/licenses/postings.ts";
import { createMdmNotifications } from "../../lib/mdm-notifications.ts";
import { createEvent } from "../../lib/publish.ts";
import { failing, type Step, type StepAt, type WorkPorts } from "./step.ts";

/** What there is before a step. */
const before = async ({ work, part: { targets }, asset }: StepAt, { licenses, clientUsers }: WorkPorts) => {
  if (asset === undefined) throw new Error(`${work.id} names no asset`);
  const key = { ...asset, locationId: work.locationId };
  const ids = targets.flatMap((target) => (isDevice(target) ? [] : [target.clientUserId]));
  // Before the users: who changes while the rest is read is found out when a license is given.
  const version = ids.length === 0 ? undefined : await clientUsers.version(work.locationId);
  const [known, holding, users] = await Promise.all([
    licenses.asset(key),
    licenses.holding(key, targets),
    clientUsers.getAll(work.locationId, ids),
  ]);
  const held = new Set(holding.map(targetText));
  const without = targets.filter((target) => !held.has(targetText(target)));
  const unknown = without.filter((target) => !isDevice(target) && !users.has(target.clientUserId));
  return { key, version, known, holding, unknown, without: without.filter((target) => !unknown.includes(target)) };
};

/** Of whom each was to be given or to give back something that is not there. */
const keysOf = (asset: AssignmentKey["asset"], targets: readonly Target[]): readonly AssignmentKey[] =>
  targets.map((target) => ({ asset, target }));

export const associate: Step = async (at, ports) => {
  const { work, asset, location, preconditions } = at;
  const { licenses, works, now, random } = ports;
  const { key, version, known, holding, unknown, without } = await before(at, ports);
  const wrong = known?.deviceAssignable === false ? without.filter(isDevice) : [];
  const wanting = without.filter((target) => !wrong.some((each) => each === target));
  const given = wanting.slice(0, known?.available ?? 0);
  const outcome: Outcome = {
    completed: holding.length + given.length,
    failures: [...failing(9609, unknown, asset), ...failing(9707, wrong, asset), ...failing(9709, wanting.slice(given.length), asset)],
  };
  const told = createMdmNotifications(assetNotifications(work, keysOf(key, [...holding, ...given]), outcome), at, ports);
  const when = now();
  const progress = { work, outcome, at: when };
  if (known === undefined || given.length === 0) return (await works.advance(progress, told, preconditions)) ? told : undefined;
  const effects = [createEvent("LicensesAssigned", { ...key, quantity: given.length }, { at: when, random }), ...told];
  // That the location is in use decides what a monthly subscription begins with.
  const first = location.assignedThroughTokenAt === undefined;
  const used = first ? { ...location, assignedThroughTokenAt: when, version: location.version + 1 } : undefined;
  const posting = assigning(known, given, when);
  // Devices have none, and their licenses wait for nobody.
  const givenTo = given.every(isDevice) ? undefined : version;
  return (await licenses.post(posting, effects, { preconditions, progress, givenTo, location: used })) ? effects : undefined;
};

export const disassociate: Step = async (at, ports) => {
  const { work, asset, preconditions } = at;
  const { licenses, works, now, random } = ports;
  const { key, known, holding, unknown, without } = await before(at, ports);
  const [back, never] = known?.revocable === false ? [[], holding] : [holding, []];
  const outcome: Outcome = {
    completed: back.length + without.length,
    failures: [...failing(9609, unknown, asset), ...failing(9706, never, asset)],
  };
  const told = createMdmNotifications(assetNotifications(work, keysOf(key, [...back, ...without]), outcome), at, ports);
  const when = now();
  const progress = { work, outcome, at: when };
  if (known === undefined || back.length === 0) return (await works.advance(progress, told, preconditions)) ? told : undefined;
  const effects = [createEvent("LicensesUnassigned", { ...keyOf(key), quantity: back.length }, { at: when, random }), ...told];
  return (await licenses.post(unassigning(known, back, when), effects, { preconditions, progress })) ? effects : undefined;
};
