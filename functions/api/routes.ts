// Which handler serves which route, with what it takes and what it answers. A route without a handler does not compile.
import * as z from "zod";
import { openRoute, type Route, route, serverRoute } from "../doors/http.ts";
import { ok } from "../handle.ts";
import type { Ports } from "../ports.ts";
import type { ADMIN_ROUTES, CUSTODY_ROUTES } from "../routes.ts";
import { ChangeAccountInput, ChangeAccountReply, changeAccount } from "./change-account.ts";
import { ChangeLocationInput, ChangeLocationReply, changeLocation } from "./change-location.ts";
import { ChangeMdmServerInput, ChangeMdmServerReply, changeMdmServer } from "./change-mdm-server.ts";
import { ChangeOrganizationInput, ChangeOrganizationReply, changeOrganization } from "./change-organization.ts";
import { CreateDownloadInput, CreateDownloadReply, createDownload } from "./create-download.ts";
import { CreateLocationInput, CreateLocationReply, createLocation } from "./create-location.ts";
import { DisableAccountInput, DisableAccountReply, disableAccount } from "./disable-account.ts";
import { FetchContentTokenInput, FetchContentTokenReply, fetchContentToken } from "./fetch-content-token.ts";
import { ImportContentTokenInput, ImportContentTokenReply, importContentToken } from "./import-content-token.ts";
import { IssueContentTokenInput, IssueContentTokenReply, issueContentToken } from "./issue-content-token.ts";
import { LinkMdmServerInput, LinkMdmServerReply, linkMdmServer } from "./link-mdm-server.ts";
import { ListAccountsInput, ListAccountsReply, listAccounts } from "./list-accounts.ts";
import { ListConflictsInput, ListConflictsReply, listConflicts } from "./list-conflicts.ts";
import { ListContentTokensInput, ListContentTokensReply, listContentTokens } from "./list-content-tokens.ts";
import { ListCustodyLogInput, ListCustodyLogReply, listCustodyLog } from "./list-custody-log.ts";
import { ListLocationsInput, ListLocationsReply, listLocations } from "./list-locations.ts";
import { ListMdmServersInput, ListMdmServersReply, listMdmServers } from "./list-mdm-servers.ts";
import { PreviewPasswordChangeInput, PreviewPasswordChangeReply, previewPasswordChange } from "./preview-password-change.ts";
import { RegisterAccountInput, RegisterAccountReply, registerAccount } from "./register-account.ts";
import { RegisterMdmServerInput, RegisterMdmServerReply, registerMdmServer } from "./register-mdm-server.ts";
import { RemoveMdmServerInput, RemoveMdmServerReply, removeMdmServer } from "./remove-mdm-server.ts";
import { ReplaceCredentialInput, ReplaceCredentialReply, replaceCredential } from "./replace-credential.ts";
import { ReportPasswordChangeInput, ReportPasswordChangeReply, reportPasswordChange } from "./report-password-change.ts";
import { ResolveConflictInput, ResolveConflictReply, resolveConflict } from "./resolve-conflict.ts";
import { RevokeContentTokenInput, RevokeContentTokenReply, revokeContentToken } from "./revoke-content-token.ts";
import { ShowAccountInput, ShowAccountReply, showAccount } from "./show-account.ts";
import { ShowContentTokenInput, ShowContentTokenReply, showContentToken } from "./show-content-token.ts";
import { ShowHistoryInput, ShowHistoryReply, showHistory } from "./show-history.ts";
import { ShowLocationInput, ShowLocationReply, showLocation } from "./show-location.ts";
import { ShowMdmServerInput, ShowMdmServerReply, showMdmServer } from "./show-mdm-server.ts";
import { ShowOrganizationInput, ShowOrganizationReply, showOrganization } from "./show-organization.ts";
import { UnlinkMdmServerInput, UnlinkMdmServerReply, unlinkMdmServer } from "./unlink-mdm-server.ts";

type Served<Keys extends readonly string[]> = Readonly<Record<Keys[number], Route<keyof Ports>>>;

/** What a table of routes needs: what its handlers do, and no more. */
type NeedsOf<Table> = Table[keyof Table] extends Route<infer Needs> ? Needs : never;

export const adminRoutes = {
  "GET /v1/organization": route(ShowOrganizationInput, ShowOrganizationReply, showOrganization),
  "PATCH /v1/organization": route(ChangeOrganizationInput, ChangeOrganizationReply, changeOrganization),
  "GET /v1/locations": route(ListLocationsInput, ListLocationsReply, listLocations),
  "POST /v1/locations": route(CreateLocationInput, CreateLocationReply, createLocation),
  "GET /v1/locations/{id}": route(ShowLocationInput, ShowLocationReply, showLocation),
  "PATCH /v1/locations/{id}": route(ChangeLocationInput, ChangeLocationReply, changeLocation),
  "GET /v1/accounts": route(ListAccountsInput, ListAccountsReply, listAccounts),
  "POST /v1/accounts": route(RegisterAccountInput, RegisterAccountReply, registerAccount),
  "GET /v1/accounts/{id}": route(ShowAccountInput, ShowAccountReply, showAccount),
  "PATCH /v1/accounts/{id}": route(ChangeAccountInput, ChangeAccountReply, changeAccount),
  "DELETE /v1/accounts/{id}": route(DisableAccountInput, DisableAccountReply, disableAccount),
  "POST /v1/accounts/{id}/password-changes": route(ReportPasswordChangeInput, ReportPasswordChangeReply, reportPasswordChange),
  "GET /v1/accounts/{id}/password-change-preview": route(PreviewPasswordChangeInput, PreviewPasswordChangeReply, previewPasswordChange),
  "GET /v1/content-tokens": route(ListContentTokensInput, ListContentTokensReply, listContentTokens),
  "GET /v1/content-tokens/{id}": route(ShowContentTokenInput, ShowContentTokenReply, showContentToken),
  "GET /v1/content-tokens/{id}/history": route(ShowHistoryInput, ShowHistoryReply, showHistory),
  "GET /v1/mdm-servers": route(ListMdmServersInput, ListMdmServersReply, listMdmServers),
  "GET /v1/mdm-servers/{id}": route(ShowMdmServerInput, ShowMdmServerReply, showMdmServer),
  "PATCH /v1/mdm-servers/{id}": route(ChangeMdmServerInput, ChangeMdmServerReply, changeMdmServer),
  "DELETE /v1/mdm-servers/{id}": route(RemoveMdmServerInput, RemoveMdmServerReply, removeMdmServer),
  "PUT /v1/mdm-servers/{id}/links/{tokenId}": route(LinkMdmServerInput, LinkMdmServerReply, linkMdmServer),
  "DELETE /v1/mdm-servers/{id}/links/{tokenId}": route(UnlinkMdmServerInput, UnlinkMdmServerReply, unlinkMdmServer),
  "GET /v1/conflicts": route(ListConflictsInput, ListConflictsReply, listConflicts),
  "POST /v1/conflicts/{id}/resolution": route(ResolveConflictInput, ResolveConflictReply, resolveConflict),
  "GET /v1/custody-log": route(ListCustodyLogInput, ListCustodyLogReply, listCustodyLog),
  "GET /v1/health": openRoute(z.object({ status: z.literal("ok") }), () => ok({ status: "ok" as const })),
} satisfies Served<typeof ADMIN_ROUTES>;

export const custodyRoutes = {
  "POST /v1/content-tokens": route(IssueContentTokenInput, IssueContentTokenReply, issueContentToken),
  "POST /v1/content-tokens/import": route(ImportContentTokenInput, ImportContentTokenReply, importContentToken),
  "POST /v1/content-tokens/{id}/downloads": route(CreateDownloadInput, CreateDownloadReply, createDownload),
  "POST /v1/content-tokens/{id}/revocation": route(RevokeContentTokenInput, RevokeContentTokenReply, revokeContentToken),
  "POST /v1/mdm-servers": route(RegisterMdmServerInput, RegisterMdmServerReply, registerMdmServer),
  "POST /v1/mdm-servers/{id}/credential": route(ReplaceCredentialInput, ReplaceCredentialReply, replaceCredential),
  "GET /v1/fetch/content-token": serverRoute(FetchContentTokenInput, FetchContentTokenReply, fetchContentToken),
} satisfies Served<typeof CUSTODY_ROUTES>;

export type AdminNeeds = NeedsOf<typeof adminRoutes>;
export type CustodyNeeds = NeedsOf<typeof custodyRoutes>;
