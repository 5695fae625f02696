// The shape of one step of work: what it rests on in, what it left behind out.
import type { ClientConfig } from "../../../domain/device-api/client-config.ts";
import type { MdmErrorNumber } from "../../../domain/device-api/mdm-error.ts";
import type { Outcome, Part, Work, WorkAsset } from "../../../domain/device-api/work.ts";
import type { Target } from "../../../domain/licenses/licenses.ts";
import type { Location } from "../../../domain/organization/organization.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Effect, Preconditions } from "../../ports/shared.ts";

export type StepAt = {
  /** As it was read: what the step does is recorded only while the work is there. */
  readonly work: Work;
  readonly part: Part;
  /** Of what is done asset by asset. */
  readonly asset?: WorkAsset | undefined;
  /** Neither closed nor reserved. */
  readonly location: Location;
  /** Preconditions of the step's writes: nobody ended the token, and the location is unchanged. */
  readonly preconditions: Preconditions;
  readonly config: ClientConfig;
  /** For a step of several postings: each of them stands by itself. */
  readonly isTimeUp: () => boolean;
};

/**
 * Returns the effects it recorded to publish; `undefined` when a precondition changed: then it is retried. Throws `RetryLater` when it posted
 * something and its time is up: the next delivery continues the same step.
 */
export type Step = (at: StepAt, ports: WorkPorts) => Promise<readonly Effect[] | undefined>;

export type WorkPorts = Pick<Ports, "works" | "licenses" | "bearers" | "clientUsers" | "bus" | "outbox" | "log" | "now" | "random">;

/** For all of `targets`, if there are any. */
export const failing = (errorNumber: MdmErrorNumber, targets: readonly Target[], asset?: WorkAsset): Outcome["failures"] =>
  targets.length === 0 ? [] : [{ errorNumber, targets: [...targets], ...(asset === undefined ? {} : { asset }) }];
