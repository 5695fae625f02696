// The state of a location's ledger as answers of the device management API are told apart by: the versions of all its assets, each of which only grows.
import { assetText } from "../../domain/licenses.ts";
import type { Location } from "../../domain/organization.ts";
import type { Versioned } from "../../domain/version-id.ts";
import type { AssetState } from "../ports/licenses.ts";

/** One text per data set: what one of them says of its state means nothing to the other. */
export const ledgerOf = ({ id }: Location, what: "assets" | "assignments"): string => `${id} ${what}`;

const BEGINNING = new Date(0);

/** With what the assets are called, which has versions of its own. */
export const ledgerState = (assets: readonly AssetState[]): Pick<Versioned, "at"> & { readonly state: string } => ({
  at: assets.reduce((latest, { changedAt }) => (changedAt !== undefined && changedAt > latest ? changedAt : latest), BEGINNING),
  state: JSON.stringify(assets.map(({ asset, version }) => [assetText(asset), asset.version, version])),
});
