// The routes of the license ledger and of the subscription, which the same function serves as the other records: what each takes, answers and is for.

import { AcquireLicensesInput, AcquireLicensesReply, acquireLicenses } from "../licenses/acquire.ts";
import { AssignLicensesInput, AssignLicensesReply, assignLicenses } from "../licenses/assign.ts";
import { DescribeAssetInput, DescribeAssetReply, describeAsset } from "../licenses/describe-asset.ts";
import { ImportLicensesInput, ImportLicensesReply, importLicenses } from "../licenses/import.ts";
import { ListLicensesInput, ListLicensesReply, listLicenses } from "../licenses/list.ts";
import { ListAssignmentsInput, ListAssignmentsReply, listAssignments } from "../licenses/list-assignments.ts";
import { ListTransfersInput, ListTransfersReply, listTransfers } from "../licenses/list-transfers.ts";
import { RetireUsersInput, RetireUsersReply, retireUsers } from "../licenses/retire-users.ts";
import { TransferLicensesInput, TransferLicensesReply, transferLicenses } from "../licenses/transfer.ts";
import { UnassignLicensesInput, UnassignLicensesReply, unassignLicenses } from "../licenses/unassign.ts";
import { route } from "../middleware/route.ts";
import { ChangeSubscriptionInput, ChangeSubscriptionReply, changeSubscription } from "../organization/change-subscription.ts";
import { ShowSubscriptionInput, ShowSubscriptionReply, showSubscription } from "../organization/show-subscription.ts";

export const ledgerRoutes = {
  "GET /v1/subscription": route(ShowSubscriptionInput, ShowSubscriptionReply, showSubscription, {
    who: "content-manager",
    does: "Show the monthly subscription, and from which MDM servers a token has to be removed",
    answers: { 200: "The subscription" },
  }),
  "PUT /v1/subscription": route(ChangeSubscriptionInput, ChangeSubscriptionReply, changeSubscription, {
    who: "administrator",
    does: "Begin the monthly subscription, which gives the built-in service a location, or end it",
    answers: { 200: "The subscription as it is now; told again, nothing changes" },
    refuses: ["primary_in_use_required"],
  }),
  "GET /v1/licenses": route(ListLicensesInput, ListLicensesReply, listLicenses, {
    who: "content-manager",
    does: "List the licenses of a location, asset by asset",
    answers: { 200: "A page of assets with their counts" },
    refuses: ["not_found"],
  }),
  "POST /v1/licenses": route(AcquireLicensesInput, AcquireLicensesReply, acquireLicenses, {
    who: "content-manager",
    does: "Record licenses that were acquired for a location",
    answers: { 201: "The asset with its counts as they are now" },
    takes: { idempotencyKey: true },
    refuses: ["asset_differs", "idempotency_key_reused", "location_closed", "not_found", "too_many_licenses"],
  }),
  "PATCH /v1/licenses": route(DescribeAssetInput, DescribeAssetReply, describeAsset, {
    who: "content-manager",
    does: "Change the name, the bundle id and the platforms of an asset of a location",
    answers: { 200: "The asset with its counts; told again, nothing changes" },
    refuses: ["location_closed", "not_found"],
  }),
  "POST /v1/licenses/import": route(ImportLicensesInput, ImportLicensesReply, importLicenses, {
    who: "content-manager",
    does: "Record licenses that were acquired, as CSV, or check the file in a dry run",
    answers: { 200: "What the file says, and every bad line of it" },
    takes: { idempotencyKey: true },
    refuses: ["asset_differs", "bad_lines", "idempotency_key_reused", "location_closed", "not_found", "too_many_licenses"],
  }),
  "GET /v1/license-transfers": route(ListTransfersInput, ListTransfersReply, listTransfers, {
    who: "content-manager",
    does: "List transfers of licenses, newest first, of one location or of all in the caller's reach",
    answers: { 200: "A page of transfers" },
    refuses: ["not_found"],
  }),
  "POST /v1/license-transfers": route(TransferLicensesInput, TransferLicensesReply, transferLicenses, {
    who: "content-manager",
    does: "Transfer unassigned licenses from one location to another, or say in a dry run what would be possible",
    answers: { 200: "What would be possible (dryRun)", 201: "The transfer" },
    takes: { idempotencyKey: true },
    refuses: ["asset_differs", "idempotency_key_reused", "location_closed", "not_enough_licenses", "not_found", "too_many_licenses"],
  }),
  "GET /v1/assignments": route(ListAssignmentsInput, ListAssignmentsReply, listAssignments, {
    who: "content-manager",
    does: "List who has licenses of a location",
    answers: { 200: "A page of assignments" },
    refuses: ["not_found"],
  }),
  "POST /v1/assignments": route(AssignLicensesInput, AssignLicensesReply, assignLicenses, {
    who: "content-manager",
    does: "Assign licenses to serial numbers and client users, to all of them or to none",
    answers: { 200: "How many were assigned, and what there is now" },
    takes: { idempotencyKey: true },
    refuses: ["idempotency_key_reused", "location_closed", "not_device_assignable", "not_enough_licenses", "not_found"],
  }),
  "POST /v1/assignments/removals": route(UnassignLicensesInput, UnassignLicensesReply, unassignLicenses, {
    who: "content-manager",
    does: "Take licenses back from serial numbers and client users",
    answers: { 200: "How many came back, and what there is now" },
    refuses: ["irrevocable", "not_found"],
  }),
  "POST /v1/assignments/retirements": route(RetireUsersInput, RetireUsersReply, retireUsers, {
    who: "content-manager",
    does: "Retire client users: what of theirs can come back does, the rest is retired with them",
    answers: { 200: "How many licenses came back, and how many never will" },
    refuses: ["not_found"],
  }),
} as const;
