// The step of REVOKE: everything that can come back from some users and devices. What a target has is found when it is done, and may take several postings:
// each by itself, so that a step that is given again goes on with what is left.

import { assetNotifications } from "../../../domain/device-api/notification.ts";
import { ASSETS_PER_POSTING, type Asset, assetText, keyOf, type Target } from "../../../domain/licenses/licenses.ts";
import { revoking } from "../../../domain/licenses/postings.ts";
import { createMdmNotifications } from "../../lib/mdm-notifications.ts";
import { createEvent, publishEffects } from "../../lib/publish.ts";
import { RetryLater } from "../../lib/retry-later.ts";
import type { Step, StepAt, WorkPorts } from "./step.ts";

/** What the target has that can come back. */
const revocableOf = async (target: Target, { work }: StepAt, { licenses }: WorkPorts): Promise<readonly Asset[]> => {
  const assets = (await licenses.assets(work.locationId)).filter(({ revocable, assigned }) => revocable && assigned > 0);
  const held = new Set((await licenses.assignmentsTo(target, assets)).map(({ asset }) => assetText(asset)));
  return assets.filter((asset) => held.has(assetText(asset)));
};

/** One posting; false when there was nothing left, `undefined` when what it rested on changed. */
const revokeSome = async (target: Target, at: StepAt, ports: WorkPorts): Promise<boolean | undefined> => {
  const { work, preconditions } = at;
  const held = (await revocableOf(target, at, ports)).slice(0, ASSETS_PER_POSTING);
  if (held.length === 0) return false;
  const when = { at: ports.now(), random: ports.random };
  const done = held.map((asset) => ({ asset: keyOf(asset), target }));
  const effects = [
    ...done.map(({ asset }) => createEvent("LicensesUnassigned", { ...asset, quantity: 1 }, when)),
    ...createMdmNotifications(assetNotifications(work, done, { completed: 0, failures: [] }), at, ports),
  ];
  if (!(await ports.licenses.post(revoking(target, held, when.at), effects, { preconditions }))) return undefined;
  await publishEffects(effects, ports);
  return true;
};

/** Whoever has nothing that can come back is done: also who was never known, since a step that is given again finds nothing either. */
export const revoke: Step = async (at, ports) => {
  const { work, part, preconditions, isTimeUp } = at;
  for (const target of part.targets)
    for (let some = await revokeSome(target, at, ports); some !== false; some = await revokeSome(target, at, ports)) {
      if (some === undefined) return undefined;
      if (isTimeUp()) throw new RetryLater(`${work.id} took back something, and more is to come back`);
    }
  const progress = { work, outcome: { completed: part.targets.length, failures: [] }, at: ports.now() };
  return (await ports.works.advance(progress, [], preconditions)) ? [] : undefined;
};
