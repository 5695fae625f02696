// Steps to renew a token, for each vendor of MDM servers. Menus change between releases: the steps name the labels to look for.
// Sources: the vendors' own guides on Apple content tokens (Jamf Pro, Microsoft Intune, Fleet, Zentral), as of 2026.

import type { Vendor } from "../mdm-servers/mdm-server.ts";
import type { TokenState, WorksWith } from "./content-token.ts";

const GET: Readonly<Record<WorksWith, readonly string[]>> = {
  "this-service": ["Issue a new content token for the location here, and download its file."],
  apple: [
    "Sign in to Apple with the account that downloaded the earlier token, open Payments and Billing, Apps and Books, and download the location's content token.",
    "Import the file here, and name the Managed Apple Account that downloaded it.",
  ],
};

const UPLOAD: Readonly<Record<Vendor, readonly string[]>> = {
  "jamf-pro": [
    "In Jamf Pro, open Settings, Global, Volume purchasing, and the location that has the earlier token.",
    "Edit it, choose Renew token, upload the new file and save. Do not add a second location for it: that would count licenses twice.",
  ],
  "microsoft-intune": [
    "In the Intune admin center, open Tenant administration, Connectors and tokens, Apple VPP tokens.",
    "Choose the earlier token, Edit, and upload the new file in its place. Do not create a new token: its assignments would be lost.",
    "Choose Sync. The date it shows may take a while to change.",
  ],
  fleet: [
    "In Fleet, open Settings, Integrations, MDM, and edit Volume Purchasing Program (VPP).",
    "Find the location, choose Renew in its actions, and upload the new file.",
  ],
  zentral: [
    "In Zentral, open MDM, Locations, and the location that has the earlier token.",
    "Update it with the new file. Zentral asks for the location's configuration at once, and refuses a file that opens nothing.",
  ],
  other: ["In the MDM server, replace the location's earlier content token with the new file, rather than adding a second one."],
};

const OVERLAP =
  "Until then the earlier token goes on working. It ends by itself once every MDM server has moved on, or when the overlap is over.";

const END_AT_APPLE =
  "The earlier token was withdrawn here and may still open Apple's service. To end it, change the password of the Managed Apple Account that downloaded it before you download the new token.";

/** In order, each a sentence or two. `state`: that of the token to renew. */
export const renewalSteps = (vendor: Vendor, worksWith: WorksWith, state: TokenState["state"]): readonly string[] => [
  ...(state === "withdrawn" ? [END_AT_APPLE] : []),
  ...GET[worksWith],
  ...UPLOAD[vendor],
  ...(state === "active" || state === "reserved" ? [OVERLAP] : []),
];
