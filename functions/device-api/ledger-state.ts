// The state of a location's ledger, from which the version ids of the device management API are made. Each list has a state of its own: it changes with that
// list's data and with nothing else, because an MDM server abandons a list whose version id changes between two pages.

import type { Versioned } from "../../domain/device-api/version-id.ts";
import { assetText } from "../../domain/licenses/licenses.ts";
import type { Location } from "../../domain/organization/organization.ts";
import type { AssetState } from "../ports/licenses.ts";

/** One text per data set: what one of them says of its state means nothing to the other. */
export const ledgerOf = ({ id }: Location, what: "assets" | "assignments"): string => `${id} ${what}`;

type ListState = Pick<Versioned, "at"> & { readonly state: string };

const BEGINNING = new Date(0);

const latestOf = (times: readonly (Date | undefined)[]): Date =>
  times.reduce<Date>((latest, time) => (time !== undefined && time > latest ? time : latest), BEGINNING);

/** `shown` is the part of an asset that the list answers. With the version, counts that return to an earlier value are a state of their own. */
export const assetsState = (assets: readonly AssetState[], shown: (asset: AssetState["asset"]) => object): ListState => ({
  at: latestOf(assets.map(({ changedAt }) => changedAt)),
  state: JSON.stringify(assets.map(({ asset, version }) => [version, shown(asset)])),
});

/** Assets that never had an assignment are left out, so that acquiring a new one changes nothing. */
export const assignmentsState = (assets: readonly AssetState[]): ListState => {
  const assigned = assets.filter(({ asset, assignmentsVersion }) => asset.assigned > 0 || assignmentsVersion > 0);
  return {
    at: latestOf(assigned.map(({ assignmentsChangedAt }) => assignmentsChangedAt)),
    state: JSON.stringify(assigned.map(({ asset, assignmentsVersion }) => [assetText(asset), assignmentsVersion])),
  };
};
