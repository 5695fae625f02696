// Which handler serves which route. A route without a handler does not compile.
import { openRoute, type Route, route } from "../doors/http.ts";
import { ok } from "../handle.ts";
import type { Ports } from "../ports.ts";
import type { ADMIN_ROUTES, CUSTODY_ROUTES } from "../routes.ts";
import * as accounts from "./accounts.ts";
import { createDownload, DownloadInput } from "./create-download.ts";
import { ImportInput, importContentToken } from "./import-content-token.ts";
import { IssueInput, issueContentToken } from "./issue-content-token.ts";
import { ListTokensInput, listContentTokens } from "./list-content-tokens.ts";
import * as locations from "./locations.ts";
import * as organization from "./organization.ts";
import { RevokeInput, revokeContentToken } from "./revoke-content-token.ts";
import { ShowTokenInput, showContentToken } from "./show-content-token.ts";

type Served<Keys extends readonly string[], Needs extends keyof Ports> = Readonly<Record<Keys[number], Route<Needs>>>;

/** What serves the administrators' routes may use: records, never a file. */
export type AdminNeeds = Exclude<keyof Ports, "files" | "erasures">;

export const adminRoutes: Served<typeof ADMIN_ROUTES, AdminNeeds> = {
  "GET /v1/organization": route(organization.ShowOrganizationInput, organization.showOrganization),
  "PATCH /v1/organization": route(organization.EditOrganizationInput, organization.editOrganization),
  "GET /v1/locations": route(locations.ListLocationsInput, locations.listLocations),
  "POST /v1/locations": route(locations.CreateLocationInput, locations.createLocation),
  "GET /v1/locations/{id}": route(locations.ShowLocationInput, locations.showLocation),
  "PATCH /v1/locations/{id}": route(locations.RenameLocationInput, locations.renameLocation),
  "GET /v1/accounts": route(accounts.ListAccountsInput, accounts.listAccounts),
  "POST /v1/accounts": route(accounts.RegisterAccountInput, accounts.registerAccount),
  "GET /v1/accounts/{id}": route(accounts.ShowAccountInput, accounts.showAccount),
  "PATCH /v1/accounts/{id}": route(accounts.ChangeAccountInput, accounts.changeAccount),
  "DELETE /v1/accounts/{id}": route(accounts.ShowAccountInput, accounts.disableAccount),
  "POST /v1/accounts/{id}/password-changes": route(accounts.ReportPasswordChangeInput, accounts.reportPasswordChange),
  "GET /v1/content-tokens": route(ListTokensInput, listContentTokens),
  "GET /v1/content-tokens/{id}": route(ShowTokenInput, showContentToken),
  "GET /v1/health": openRoute(() => ok({ status: "ok" })),
};

export type CustodyNeeds = Exclude<keyof Ports, "parking">;

export const custodyRoutes: Served<typeof CUSTODY_ROUTES, CustodyNeeds> = {
  "POST /v1/content-tokens": route(IssueInput, issueContentToken),
  "POST /v1/content-tokens/import": route(ImportInput, importContentToken),
  "POST /v1/content-tokens/{id}/downloads": route(DownloadInput, createDownload),
  "POST /v1/content-tokens/{id}/revocation": route(RevokeInput, revokeContentToken),
};
