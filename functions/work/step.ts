// The shape of one step of work: what it rests on in, what it left behind out.
import type { ClientConfig } from "../../domain/client-config.ts";
import type { Target } from "../../domain/licenses.ts";
import type { MdmErrorNumber } from "../../domain/mdm-error.ts";
import { assetNotifications, userNotifications } from "../../domain/notification.ts";
import type { Location } from "../../domain/organization.ts";
import { type Outcome, type Part, targetsIn, type Work, type WorkAsset } from "../../domain/work.ts";
import type { Ports, Trace } from "../ports.ts";
import { tellings } from "../tellings.ts";

export type StepAt = {
  /** As it was read: what the step does is recorded only while the work is there. */
  readonly work: Work;
  readonly part: Part;
  /** Of what is done asset by asset. */
  readonly asset?: WorkAsset | undefined;
  /** Neither closed nor reserved; a condition of whatever the step changes. */
  readonly location: Location;
  readonly config: ClientConfig;
  /** For a step of several postings: each of them stands by itself. */
  readonly isTimeUp: () => boolean;
};

/**
 * Answers what it recorded to be told; `undefined` when what it rested on changed meanwhile: then it is judged again. Throws `Unfinished` when it posted
 * something and its time is up: the same step goes on with what is left.
 */
export type Step = (at: StepAt, ports: WorkPorts) => Promise<readonly Trace[] | undefined>;

export type WorkPorts = Pick<
  Ports,
  "works" | "licenses" | "locations" | "tokens" | "clientConfigs" | "clientUsers" | "bus" | "outbox" | "log" | "now" | "random"
>;

/** For all of `targets`, if there are any. */
export const failing = (errorNumber: MdmErrorNumber, targets: readonly Target[], asset?: WorkAsset): Outcome["failures"] =>
  targets.length === 0 ? [] : [{ errorNumber, targets: [...targets], ...(asset === undefined ? {} : { asset }) }];

/** All of a step fails alike. */
export const refuse =
  (errorNumber: MdmErrorNumber): Step =>
  async (at, ports) => {
    const { work, part, asset } = at;
    const outcome = { completed: 0, failures: failing(errorNumber, targetsIn(part), asset) };
    const notifications = part.users.length > 0 ? userNotifications(work, [], outcome) : assetNotifications(work, [], outcome);
    const traces = tellings(notifications, at, ports);
    return (await ports.works.advance({ work, outcome }, traces)) ? traces : undefined;
  };
