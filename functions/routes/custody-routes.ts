// The routes of the only signer: which handler serves which, with what it takes, what it answers and what it is
// for. The API's document and its client are made from this. A route without a handler does not compile, nor one that says less, more or otherwise than its handler answers.

import type { CUSTODY_ROUTES } from "../contract/routes.ts";
import { FetchContentTokenInput, FetchContentTokenReply, fetchContentToken } from "../mdm-servers/fetch-token.ts";
import { RegisterMdmServerInput, RegisterMdmServerReply, registerMdmServer } from "../mdm-servers/register.ts";
import { ReplaceCredentialInput, ReplaceCredentialReply, replaceCredential } from "../mdm-servers/replace-credential.ts";
import { route, serverRoute } from "../middleware/route.ts";
import { CreateDownloadInput, CreateDownloadReply, createDownload } from "../tokens/download.ts";
import { ImportContentTokenInput, ImportContentTokenReply, importContentToken } from "../tokens/import.ts";
import { IssueContentTokenInput, IssueContentTokenReply, issueContentToken } from "../tokens/issue.ts";
import {
  ReportApplePasswordChangeInput,
  ReportApplePasswordChangeReply,
  reportApplePasswordChange,
} from "../tokens/report-password-change.ts";
import { RequestCheckInput, RequestCheckReply, requestCheck } from "../tokens/request-check.ts";
import { RevokeContentTokenInput, RevokeContentTokenReply, revokeContentToken } from "../tokens/revoke.ts";
import type { Served } from "./served.ts";

export const custodyRoutes = {
  "POST /v1/content-tokens": route(IssueContentTokenInput, IssueContentTokenReply, issueContentToken, {
    who: "content-manager",
    does: "Issue a content token of a location, for one calendar year",
    answers: { 201: "The content token, and which ones it renews" },
    takes: { idempotencyKey: true },
    refuses: ["idempotency_key_reused", "location_closed", "location_reserved", "not_found"],
  }),
  "POST /v1/content-tokens/import": route(ImportContentTokenInput, ImportContentTokenReply, importContentToken, {
    who: "content-manager",
    does: "Take in a content token that Apple issued",
    answers: { 201: "The content token, and what spoke for or against the location" },
    refuses: [
      "already_held",
      "another_location",
      "location_closed",
      "location_reserved",
      "not_a_content_token",
      "not_base64",
      "not_found",
      "token_expired",
      "token_file_too_large",
      "wrong_token_type",
    ],
  }),
  "POST /v1/content-tokens/{id}/downloads": route(CreateDownloadInput, CreateDownloadReply, createDownload, {
    who: "content-manager",
    does: "Give a short-lived link to a content token's file",
    answers: { 201: "The link, and when it ends" },
    refuses: ["location_reserved", "token_expired", "token_invalidated", "token_withdrawn", "too_many_holders"],
  }),
  "POST /v1/content-tokens/{id}/revocation": route(RevokeContentTokenInput, RevokeContentTokenReply, revokeContentToken, {
    who: "content-manager",
    does: "Revoke a content token: its file is erased, and links to it die. One of Apple's is withdrawn: copies still open Apple's service",
    answers: { 200: "The content token, ended or withdrawn" },
    refuses: ["token_expired", "token_invalidated", "token_withdrawn"],
  }),
  "POST /v1/content-tokens/{id}/check": route(RequestCheckInput, RequestCheckReply, requestCheck, {
    who: "content-manager",
    does: "Ask Apple about an imported content token now; the answer appears as lastCheck",
    answers: { 202: "The content token, before the answer" },
    refuses: ["busy", "not_from_apple", "token_expired", "token_invalidated", "token_withdrawn"],
  }),
  "POST /v1/content-tokens/{id}/password-change-reports": route(
    ReportApplePasswordChangeInput,
    ReportApplePasswordChangeReply,
    reportApplePasswordChange,
    {
      who: "content-manager",
      does: "Report that the Managed Apple Account that downloaded an imported content token changed its password",
      answers: { 200: "The content token: ended by a report with evidence, in doubt by one without" },
      refuses: ["busy", "not_from_apple", "time_in_future", "token_expired", "token_invalidated", "token_withdrawn"],
    },
  ),
  "POST /v1/mdm-servers": route(RegisterMdmServerInput, RegisterMdmServerReply, registerMdmServer, {
    who: "administrator",
    does: "Register an MDM server",
    answers: { 201: "The MDM server, and its credential, which is shown this once" },
    etag: true,
  }),
  "POST /v1/mdm-servers/{id}/credential": route(ReplaceCredentialInput, ReplaceCredentialReply, replaceCredential, {
    who: "administrator",
    does: "Replace an MDM server's credential; the earlier one works for another day, unless it is revoked now",
    answers: { 201: "The new credential, which is shown this once" },
    etag: true,
    refuses: ["version_mismatch"],
  }),
  "GET /v1/fetch/content-token": serverRoute(FetchContentTokenInput, FetchContentTokenReply, fetchContentToken, {
    does: "Fetch the current content token of a location that a person linked the MDM server at",
    answers: {
      200: "The link, for whoever accepts application/json",
      303: "To the file, by a link that lives a minute",
      304: "The caller has the current file: If-None-Match names its ETag, or its sha256 without quotation marks",
    },
    etag: true,
    link: true,
    takes: { ifNoneMatch: true, wantsJson: true },
    refuses: ["busy", "location_reserved", "not_linked", "token_expired", "token_invalidated", "token_withdrawn"],
  }),
} satisfies Served<typeof CUSTODY_ROUTES>;
