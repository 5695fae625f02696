// The shape of one step of work: what it rests on in, what it left behind out.
import type { ClientConfig } from "../../domain/client-config.ts";
import type { Target } from "../../domain/licenses.ts";
import type { MdmErrorNumber } from "../../domain/mdm-error.ts";
import type { Location } from "../../domain/organization.ts";
import type { Outcome, Part, Work, WorkAsset } from "../../domain/work.ts";
import type { Ports, Trace } from "../ports.ts";

export type StepAt = {
  /** As it was read: what the step does is recorded only while the work is there. */
  readonly work: Work;
  readonly part: Part;
  readonly location: Location;
  readonly config: ClientConfig;
};

/** Of what is done asset by asset. */
export type AssetStepAt = StepAt & { readonly asset: WorkAsset };

/** Answers what it recorded to be told; `undefined` when what it rested on changed meanwhile: then it is judged again. */
export type Step<At = StepAt> = (at: At, ports: WorkPorts) => Promise<readonly Trace[] | undefined>;

export type WorkPorts = Pick<
  Ports,
  "works" | "licenses" | "locations" | "clientConfigs" | "clientUsers" | "bus" | "outbox" | "log" | "now" | "random"
>;

/** For all of `targets`, if there are any. */
export const failing = (errorNumber: MdmErrorNumber, targets: readonly Target[], asset?: WorkAsset): Outcome["failures"] =>
  targets.length === 0 ? [] : [{ errorNumber, targets: [...targets], ...(asset === undefined ? {} : { asset }) }];
