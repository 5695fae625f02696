// The routes of the device management API: what each takes, answers and is for. Source: Apple, "App and Book Management API", version 2.
import type { JobLimits } from "../../domain/device-api/job.ts";
import { DEFAULT_JOB_LIMITS } from "../../domain/device-api/mdm-limits.ts";
import { mdmRoute, openMdmRoute, pageMdmRoute } from "../middleware/mdm-route.ts";
import {
  ChangeClientConfigInput,
  ClientConfigReply,
  changeClientConfig,
  ShowClientConfigInput,
  showClientConfig,
} from "./client-config.ts";
import { INVITATION_PAGE } from "./invitation-page.ts";
import { ListAssetsInput, ListAssetsReply, listAssets } from "./list-assets.ts";
import { ListAssignmentsInput, ListAssignmentsReply, listAssignments } from "./list-assignments.ts";
import { ListUsersInput, ListUsersReply, listUsers } from "./list-users.ts";
import { LookUpInput, LookUpReply, lookUp } from "./look-up.ts";
import { associateAssets, disassociateAssets, EventReply, ManageAssetsInput } from "./manage-assets.ts";
import { createUsers, ManageUsersInput, retireUsers, updateUsers } from "./manage-users.ts";
import { AnyInput, NoReply, refuseSubscriptions } from "./refuse-subscriptions.ts";
import { RegisterUserInput, RegisterUserReply, registerUser } from "./register-user.ts";
import { RevokeAssetsInput, revokeAssets } from "./revoke-assets.ts";
import { ServiceConfigReply, serviceConfig } from "./service-config.ts";
import { ShowStatusInput, ShowStatusReply, showStatus } from "./show-status.ts";

const V2 = "/mdm/v2";
const TARGETS = [9701, 9702, 9704, 9705, 9719] as const;
const ASSETS = [9700, 9703, 9718] as const;
const USERS = [9714, 9715, 9717, 9720] as const;
const ORDERED = "What the work is known by; it is done afterwards";

const subscriptions = mdmRoute(AnyInput, NoReply, refuseSubscriptions, {
  does: "Refuse: subscriptions are not managed by this service",
  answers: "Nothing but that a token is unknown",
  refuses: [9811],
});

const registration = mdmRoute(RegisterUserInput, RegisterUserReply, registerUser, {
  does: "Create a client user at once, as version 1 of the protocol has it",
  answers: "The user",
  refuses: [9641, 9716, 9717],
  manages: true,
  token: "body",
  version: 1,
});

const SUBSCRIPTIONS = [
  "POST /subscriptions/enable",
  "POST /subscriptions/disable",
  "GET /subscriptions",
  "GET /subscriptions/assignments",
  "POST /subscriptions/associate",
  "POST /subscriptions/disassociate",
  "GET /subscriptions/admins",
  "POST /subscriptions/admins/add",
  "POST /subscriptions/admins/remove",
];

/** `requestsPerSecond`: the most requests of a location. `jobLimits`: the most of its jobs that may be pending. */
export const mdmRoutes = (requestsPerSecond?: number, jobLimits: JobLimits = DEFAULT_JOB_LIMITS) => ({
  [`GET ${V2}/service/config`]: openMdmRoute(ServiceConfigReply, serviceConfig(requestsPerSecond), {
    does: "Show the addresses, limits, error numbers and notification types of this service",
    answers: "What this service is",
  }),
  [`GET ${V2}/client/config`]: mdmRoute(ShowClientConfigInput, ClientConfigReply, showClientConfig, {
    does: "Show the location, and what its MDM server said last of itself",
    answers: "The configuration",
  }),
  [`POST ${V2}/client/config`]: mdmRoute(ChangeClientConfigInput, ClientConfigReply, changeClientConfig, {
    does: "Say which MDM server this is, and where it wants to be told of changes",
    answers: "The configuration as it is now",
    // Who names itself is written down before it is refused.
    refuses: [9637, 9645, 9710, 9711, 9712, 9713, 9723, 9724, 9725, 9728],
  }),
  [`GET ${V2}/assets`]: mdmRoute(ListAssetsInput, ListAssetsReply, listAssets, {
    does: "List what the location has licenses of, and how many",
    answers: "A page of assets",
    refuses: [9650],
  }),
  [`GET ${V2}/assignments`]: mdmRoute(ListAssignmentsInput, ListAssignmentsReply, listAssignments, {
    does: "List who has which licenses of the location, all or those assigned since an earlier answer",
    answers: "A page of assignments",
    refuses: [9650, 9721],
  }),
  [`GET ${V2}/lookup`]: mdmRoute(LookUpInput, LookUpReply, lookUp, {
    does: "Show what assets of the location are called, as people wrote it down",
    answers: "The assets by Adam ID",
    refuses: [9700],
    token: "cookie",
    budget: "lookups",
  }),
  [`GET ${V2}/invitation`]: pageMdmRoute(INVITATION_PAGE, {
    does: "Show a page that explains to an invited person what to do",
    answers: "A page in HTML, the same for every invite code",
  }),
  [`POST ${V2}/assets/associate`]: mdmRoute(ManageAssetsInput, EventReply, associateAssets(jobLimits), {
    does: "Assign licenses of assets to users and devices",
    answers: ORDERED,
    refuses: [...ASSETS, ...TARGETS, 9609, 9707],
    manages: true,
  }),
  [`POST ${V2}/assets/disassociate`]: mdmRoute(ManageAssetsInput, EventReply, disassociateAssets(jobLimits), {
    does: "Take licenses of assets back from users and devices",
    answers: ORDERED,
    refuses: [...ASSETS, ...TARGETS, 9609, 9706],
    manages: true,
  }),
  [`POST ${V2}/assets/revoke`]: mdmRoute(RevokeAssetsInput, EventReply, revokeAssets(jobLimits), {
    does: "Take everything back from users and devices that can come back",
    answers: ORDERED,
    refuses: TARGETS,
    manages: true,
  }),
  [`GET ${V2}/status`]: mdmRoute(ShowStatusInput, ShowStatusReply, showStatus, {
    does: "Show how far a piece of work has come, and what of it failed",
    answers: "The work",
    refuses: [9708],
  }),
  [`GET ${V2}/users`]: mdmRoute(ListUsersInput, ListUsersReply, listUsers, {
    does: "List the client users of the location, all or those that changed since an earlier answer",
    answers: "A page of users",
    refuses: [9650, 9721],
  }),
  [`POST ${V2}/users/create`]: mdmRoute(ManageUsersInput, EventReply, createUsers(jobLimits), {
    does: "Create client users",
    answers: ORDERED,
    refuses: USERS,
    manages: true,
  }),
  [`POST ${V2}/users/update`]: mdmRoute(ManageUsersInput, EventReply, updateUsers(jobLimits), {
    does: "Change client users' e-mail addresses and Apple Accounts",
    answers: ORDERED,
    refuses: USERS,
    manages: true,
  }),
  [`POST ${V2}/users/retire`]: mdmRoute(ManageUsersInput, EventReply, retireUsers(jobLimits), {
    does: "Retire client users: what can come back of their licenses does",
    answers: ORDERED,
    refuses: [9714, 9715, 9720],
    manages: true,
  }),
  "POST /mdm/registerVPPUserSrv": registration,
  // Fleet asks for it under the base of all else when that is not Apple's.
  [`POST ${V2}/registerVPPUserSrv`]: registration,
  ...Object.fromEntries(SUBSCRIPTIONS.map((key) => [key.replace(" ", ` ${V2}`), subscriptions])),
});
