// The step of REVOKE: everything that can come back from some users and devices. What a target has is found when it is done, and may take several postings:
// each by itself, so that a step that is given again goes on with what is left.
import { type Asset, isDevice, keyOf, type Target } from "../../domain/licenses.ts";
import { assetNotifications } from "../../domain/notification.ts";
import { revoking } from "../../domain/postings.ts";
import { isReserved } from "../../domain/subscription.ts";
import { announce, eventOf } from "../announce.ts";
import { tellings } from "../tellings.ts";
import { failing, type Step, type StepAt, type WorkPorts } from "./step.ts";

/** Assets of one posting: of each the counts, an assignment and an event, in a transaction that takes 100 items. */
const ASSETS_AT_ONCE = 25;

/** What the target has that can come back. */
const revocableOf = async (target: Target, { work }: StepAt, { licenses }: WorkPorts): Promise<readonly Asset[]> => {
  const { items } = await licenses.assignments({ of: "target", locationId: work.locationId, target }, { limit: 500 });
  const assets = await licenses.getAll(items.map(({ asset }) => asset));
  return assets.filter(({ revocable }) => revocable);
};

/** One posting; false when there was nothing left, `undefined` when what it rested on changed. */
const revokeSome = async (target: Target, at: StepAt, ports: WorkPorts): Promise<boolean | undefined> => {
  const { work, location } = at;
  const held = (await revocableOf(target, at, ports)).slice(0, ASSETS_AT_ONCE);
  if (held.length === 0) return false;
  const when = { at: ports.now(), random: ports.random };
  const done = held.map((asset) => ({ asset: keyOf(asset), target }));
  const traces = [
    ...done.map(({ asset }) => eventOf("LicensesUnassigned", { ...asset, quantity: 1 }, when)),
    ...tellings(assetNotifications(work, done, { completed: 0, failures: [] }), at, ports),
  ];
  if (!(await ports.licenses.post(revoking(target, held, when.at), traces, { judged: { locations: [location] } }))) return undefined;
  await announce(traces, ports);
  return true;
};

const isKnown = async (target: Target, { work }: StepAt, { clientUsers }: WorkPorts): Promise<boolean> =>
  isDevice(target) || (await clientUsers.getAll(work.locationId, [target.clientUserId])).size > 0;

export const revoke: Step = async (at, ports) => {
  const { work, part, location } = at;
  const refused = isReserved(location) ? part.targets : [];
  const unknown: Target[] = [];
  let completed = 0;
  for (const target of part.targets.filter((each) => !refused.includes(each))) {
    const first = await revokeSome(target, at, ports);
    let more = first;
    while (more) more = await revokeSome(target, at, ports);
    if (more === undefined) return undefined;
    if (first || (await isKnown(target, at, ports))) completed += 1;
    else unknown.push(target);
  }
  const outcome = { completed, failures: [...failing(9645, refused), ...failing(9609, unknown)] };
  const traces = tellings(assetNotifications(work, [], outcome), at, ports);
  return (await ports.works.advance({ work, outcome }, traces)) ? traces : undefined;
};
