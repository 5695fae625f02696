// The routes of the function that reads and writes records: which handler serves which, with what it takes, what it answers and what it is
// for. The API's document and its client are made from this. A route without a handler does not compile, nor one that says less, more or otherwise than its handler answers.
import * as z from "zod";
import document from "../../docs/openapi.json" with { type: "json" };
import { ChangeAccountInput, ChangeAccountReply, changeAccount } from "../accounts/change.ts";
import { InviteAgainInput, InviteAgainReply, inviteAgain } from "../accounts/invite-again.ts";
import { ListAccountsInput, ListAccountsReply, listAccounts } from "../accounts/list.ts";
import { PreviewInput, PreviewReply, previewPasswordChange, previewRemoval } from "../accounts/preview-cut-off.ts";
import { RegisterAccountInput, RegisterAccountReply, registerAccount } from "../accounts/register.ts";
import { RemoveAccountInput, RemoveAccountReply, removeAccount } from "../accounts/remove.ts";
import { ReportPasswordChangeInput, ReportPasswordChangeReply, reportPasswordChange } from "../accounts/report-password-change.ts";
import { ShowAccountInput, ShowAccountReply, showAccount } from "../accounts/show.ts";
import type { ADMIN_ROUTES } from "../contract/routes.ts";
import { ListCustodyLogInput, ListCustodyLogReply, listCustodyLog } from "../custody/list-log.ts";
import { ChangeMdmServerInput, ChangeMdmServerReply, changeMdmServer } from "../mdm-servers/change.ts";
import { LinkMdmServerInput, LinkMdmServerReply, linkMdmServer } from "../mdm-servers/link.ts";
import { ListMdmServersInput, ListMdmServersReply, listMdmServers } from "../mdm-servers/list.ts";
import { ListConflictsInput, ListConflictsReply, listConflicts } from "../mdm-servers/list-conflicts.ts";
import { RemoveMdmServerInput, RemoveMdmServerReply, removeMdmServer } from "../mdm-servers/remove.ts";
import { ReportClaimInput, ReportClaimReply, reportClaim } from "../mdm-servers/report-claim.ts";
import { ResolveConflictInput, ResolveConflictReply, resolveConflict } from "../mdm-servers/resolve-conflict.ts";
import { ShowMdmServerInput, ShowMdmServerReply, showMdmServer } from "../mdm-servers/show.ts";
import { UnlinkMdmServerInput, UnlinkMdmServerReply, unlinkMdmServer } from "../mdm-servers/unlink.ts";
import { ok } from "../middleware/handler.ts";
import { openRoute, route } from "../middleware/route.ts";
import { ChangeLocationInput, ChangeLocationReply, changeLocation } from "../organization/change-location.ts";
import { ChangeOrganizationInput, ChangeOrganizationReply, changeOrganization } from "../organization/change-organization.ts";
import { CloseLocationInput, CloseLocationReply, closeLocation } from "../organization/close-location.ts";
import { CreateLocationInput, CreateLocationReply, createLocation } from "../organization/create-location.ts";
import { ListLocationsInput, ListLocationsReply, listLocations } from "../organization/list-locations.ts";
import { ShowLocationInput, ShowLocationReply, showLocation } from "../organization/show-location.ts";
import { ShowOrganizationInput, ShowOrganizationReply, showOrganization } from "../organization/show-organization.ts";
import { ShowHistoryInput, ShowHistoryReply, showHistory } from "../tokens/history.ts";
import { ListContentTokensInput, ListContentTokensReply, listContentTokens } from "../tokens/list.ts";
import { ShowContentTokenInput, ShowContentTokenReply, showContentToken } from "../tokens/show.ts";
import { ledgerRoutes } from "./ledger-routes.ts";
import type { Served } from "./served.ts";

const showHealth = () => ok({ status: "ok" as const });
const showOpenapi = () => ok(document);

export const adminRoutes = {
  "GET /v1/organization": route(ShowOrganizationInput, ShowOrganizationReply, showOrganization, {
    who: "content-manager",
    does: "Show the organization",
    answers: { 200: "The organization" },
    etag: true,
  }),
  "PATCH /v1/organization": route(ChangeOrganizationInput, ChangeOrganizationReply, changeOrganization, {
    who: "administrator",
    does: "Rename the organization, or change when it is reminded and how long renewed tokens overlap",
    answers: { 200: "The organization as it is now" },
    etag: true,
    takes: { ifMatch: true },
    refuses: ["version_mismatch"],
  }),
  "GET /v1/locations": route(ListLocationsInput, ListLocationsReply, listLocations, {
    who: "content-manager",
    does: "List the locations in the caller's reach",
    answers: { 200: "A page of locations" },
  }),
  "POST /v1/locations": route(CreateLocationInput, CreateLocationReply, createLocation, {
    who: "administrator",
    does: "Create a location",
    answers: { 201: "The location, with a uId of its own" },
    etag: true,
  }),
  "GET /v1/locations/{id}": route(ShowLocationInput, ShowLocationReply, showLocation, {
    who: "content-manager",
    does: "Show a location",
    answers: { 200: "The location" },
    etag: true,
  }),
  "PATCH /v1/locations/{id}": route(ChangeLocationInput, ChangeLocationReply, changeLocation, {
    who: "administrator",
    does: "Rename a location, or say what Apple calls it",
    answers: { 200: "The location as it is now" },
    etag: true,
    takes: { ifMatch: true },
    refuses: ["location_closed", "primary_location", "version_mismatch"],
  }),
  "DELETE /v1/locations/{id}": route(CloseLocationInput, CloseLocationReply, closeLocation, {
    who: "administrator",
    does: "Close a location that has no license and no live token any more; that is not undone",
    answers: { 200: "The location, closed" },
    etag: true,
    takes: { ifMatch: true },
    refuses: ["location_not_empty", "location_reserved", "primary_location", "version_mismatch"],
  }),
  "GET /v1/accounts": route(ListAccountsInput, ListAccountsReply, listAccounts, {
    who: "administrator",
    does: "List the accounts, newest first, without removed ones",
    answers: { 200: "A page of accounts" },
  }),
  "POST /v1/accounts": route(RegisterAccountInput, RegisterAccountReply, registerAccount, {
    who: "administrator",
    does: "Invite somebody by e-mail, or register somebody of the identity provider by their subject",
    answers: { 201: "The account" },
    etag: true,
    refuses: ["account_exists", "account_removed", "location_closed", "not_found", "version_mismatch"],
  }),
  "GET /v1/accounts/{id}": route(ShowAccountInput, ShowAccountReply, showAccount, {
    who: "administrator",
    does: "Show an account, also a removed one",
    answers: { 200: "The account" },
    etag: true,
  }),
  "PATCH /v1/accounts/{id}": route(ChangeAccountInput, ChangeAccountReply, changeAccount, {
    who: "administrator",
    does: "Change an account's grants, say whether it is dedicated, disable it and end the tokens it was given, or enable it again",
    answers: { 200: "The account as it is now" },
    etag: true,
    takes: { ifMatch: true },
    refuses: ["account_removed", "location_closed", "own_account", "version_mismatch"],
  }),
  "DELETE /v1/accounts/{id}": route(RemoveAccountInput, RemoveAccountReply, removeAccount, {
    who: "administrator",
    does: "Remove an account for good, end the tokens it was given and delete its person from the user pool",
    answers: { 200: "What stays of the account" },
    etag: true,
    refuses: ["own_account", "version_mismatch"],
  }),
  "POST /v1/accounts/{id}/invitation": route(InviteAgainInput, InviteAgainReply, inviteAgain, {
    who: "administrator",
    does: "Send the invitation again, with a new temporary password",
    answers: { 202: "The account; the invitation is on its way" },
    refuses: ["account_removed", "invitation_accepted", "version_mismatch"],
  }),
  "GET /v1/accounts/{id}/removal-preview": route(PreviewInput, PreviewReply, previewRemoval, {
    who: "administrator",
    does: "Show what disabling or removing an account would cut off, and what to renew first",
    answers: { 200: "The tokens that would end, and the MDM servers that have them" },
  }),
  "POST /v1/accounts/{id}/password-changes": route(ReportPasswordChangeInput, ReportPasswordChangeReply, reportPasswordChange, {
    who: "administrator",
    does: "Report that an account's password changed, which ends the tokens it was given before",
    answers: { 202: "The account; the files of its tokens are being erased" },
    refuses: ["account_removed", "time_in_future"],
  }),
  "GET /v1/accounts/{id}/password-change-preview": route(PreviewInput, PreviewReply, previewPasswordChange, {
    who: "administrator",
    does: "Show what a password change would cut off, and what to renew first",
    answers: { 200: "The tokens that would end, and the MDM servers that have them" },
  }),
  "GET /v1/content-tokens": route(ListContentTokensInput, ListContentTokensReply, listContentTokens, {
    who: "content-manager",
    does: "List content tokens, newest first, of one location or of all in the caller's reach",
    answers: { 200: "A page of content tokens" },
  }),
  "GET /v1/content-tokens/{id}": route(ShowContentTokenInput, ShowContentTokenReply, showContentToken, {
    who: "content-manager",
    does: "Show a content token, and how to renew it for the MDM servers that have it",
    answers: { 200: "The content token" },
    refuses: ["location_reserved"],
  }),
  "GET /v1/content-tokens/{id}/history": route(ShowHistoryInput, ShowHistoryReply, showHistory, {
    who: "content-manager",
    does: "Show who did what to a content token, newest first",
    answers: { 200: "A page of the custody log" },
  }),
  "POST /v1/content-tokens/{id}/claims": route(ReportClaimInput, ReportClaimReply, reportClaim, {
    who: "administrator",
    does: "Record what MDM server a token's device API names (mdmInfo), as evidence that it has the token",
    answers: { 200: "The content token with its links and sightings" },
    refuses: ["location_closed", "mdm_info_taken"],
  }),
  "GET /v1/mdm-servers": route(ListMdmServersInput, ListMdmServersReply, listMdmServers, {
    who: "administrator",
    does: "List the MDM servers that were ever registered, newest first",
    answers: { 200: "A page of MDM servers" },
  }),
  "GET /v1/mdm-servers/{id}": route(ShowMdmServerInput, ShowMdmServerReply, showMdmServer, {
    who: "administrator",
    does: "Show an MDM server",
    answers: { 200: "The MDM server" },
    etag: true,
  }),
  "PATCH /v1/mdm-servers/{id}": route(ChangeMdmServerInput, ChangeMdmServerReply, changeMdmServer, {
    who: "administrator",
    does: "Change an MDM server's name or vendor",
    answers: { 200: "The MDM server as it is now" },
    etag: true,
    takes: { ifMatch: true },
    refuses: ["version_mismatch"],
  }),
  "DELETE /v1/mdm-servers/{id}": route(RemoveMdmServerInput, RemoveMdmServerReply, removeMdmServer, {
    who: "administrator",
    does: "Remove an MDM server: its credential opens nothing any more, and its links are closed",
    answers: { 200: "The MDM server, removed" },
    etag: true,
    refuses: ["version_mismatch"],
  }),
  "PUT /v1/mdm-servers/{id}/links/{tokenId}": route(LinkMdmServerInput, LinkMdmServerReply, linkMdmServer, {
    who: "content-manager",
    does: "Link an MDM server to a content token: it may fetch this and later tokens of the location until the link is closed",
    answers: { 200: "The content token with its links and sightings" },
    refuses: ["location_reserved", "token_expired", "token_invalidated", "token_withdrawn"],
  }),
  "DELETE /v1/mdm-servers/{id}/links/{tokenId}": route(UnlinkMdmServerInput, UnlinkMdmServerReply, unlinkMdmServer, {
    who: "content-manager",
    does: "Record that a content token was removed from an MDM server, and close its link",
    answers: { 200: "The content token with its links and sightings, and whether the MDM server may still fetch" },
  }),
  "GET /v1/conflicts": route(ListConflictsInput, ListConflictsReply, listConflicts, {
    who: "administrator",
    does: "List where two MDM servers had tokens of one location, newest first",
    answers: { 200: "A page of conflicts" },
  }),
  "POST /v1/conflicts/{id}/resolution": route(ResolveConflictInput, ResolveConflictReply, resolveConflict, {
    who: "administrator",
    does: "Resolve a conflict by saying which MDM server keeps the location",
    answers: { 200: "The conflict, resolved" },
    refuses: ["conflict_resolved", "not_linked"],
  }),
  ...ledgerRoutes,
  "GET /v1/custody-log": route(ListCustodyLogInput, ListCustodyLogReply, listCustodyLog, {
    who: "administrator",
    does: "List what was done, newest first: to one subject, by one actor, of one kind, at one location, or within a time",
    answers: { 200: "A page of the custody log" },
  }),
  "GET /v1/health": openRoute(z.object({ status: z.literal("ok") }), showHealth, {
    does: "Say that the service answers",
    answers: { 200: "It does" },
  }),
  "GET /v1/openapi.json": openRoute(z.looseObject({ openapi: z.string() }), showOpenapi, {
    does: "Answer the API's OpenAPI document",
    answers: { 200: "The API as an OpenAPI 3.1 document" },
  }),
} satisfies Served<typeof ADMIN_ROUTES>;
